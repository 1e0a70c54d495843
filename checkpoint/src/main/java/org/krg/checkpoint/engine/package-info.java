// SPDX-License-Identifier: Apache-2.0

/// Taking, restoring and checking generations: the order of the steps and what follows when one of
/// them fails. Each call runs from start to end on its caller's thread. What is needed of CRIU, of
/// `/proc`, of the disk and of other nodes is declared here: [Dumper], [CellFiles], [ChunkStore],
/// [Copies].
@NullMarked
package org.krg.checkpoint.engine;

import org.jspecify.annotations.NullMarked;
