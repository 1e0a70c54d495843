// SPDX-License-Identifier: Apache-2.0

/// The verbs about checkpoints.
@NullMarked
package org.krg.tools.cli.checkpoint;

import org.jspecify.annotations.NullMarked;
