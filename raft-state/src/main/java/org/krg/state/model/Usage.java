// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;

/// What an incarnation used up.
///
/// @param cpu user and system time of the whole cell
/// @param maxMemoryBytes largest resident size of one process of it
public record Usage(Duration cpu, long maxMemoryBytes) {
    /// Nothing known.
    public static final Usage UNKNOWN = new Usage(Duration.ZERO, 0);
}
