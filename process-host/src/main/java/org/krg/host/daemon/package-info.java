// SPDX-License-Identifier: Apache-2.0

/// The agent as a whole: reads its settings, takes its data directory, constructs everything and
/// wires it, and stops it in order.
@NullMarked
package org.krg.host.daemon;

import org.jspecify.annotations.NullMarked;
