// SPDX-License-Identifier: Apache-2.0

/// Verbs about what is under way by itself: moves of processes.
@NullMarked
package org.krg.tools.cli.operation;

import org.jspecify.annotations.NullMarked;
