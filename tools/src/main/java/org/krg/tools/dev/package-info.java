// SPDX-License-Identifier: Apache-2.0

/// A cluster of several agents on one machine, for developers, tests and the demo.
///
/// Everything that belongs to it is below one directory, see [org.krg.tools.dev.DevDirectory]. What
/// runs of it is found by looking at the machine, not by what was noted: a command that was
/// interrupted anywhere leaves nothing that the next one does not find.
@NullMarked
package org.krg.tools.dev;

import org.jspecify.annotations.NullMarked;
