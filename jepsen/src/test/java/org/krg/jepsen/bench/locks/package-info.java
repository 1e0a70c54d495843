// SPDX-License-Identifier: Apache-2.0

/// Tests of the bench of checkpoints and moves.
@NullMarked
package org.krg.jepsen.bench.locks;

import org.jspecify.annotations.NullMarked;
