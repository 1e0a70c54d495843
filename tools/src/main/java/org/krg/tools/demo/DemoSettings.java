// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.time.Duration;
import org.krg.tools.dev.DevDirectory;

/// What the demo shows.
///
/// @param directory of the cluster; it must be new or empty
/// @param keep whether the directory stays
/// @param size points along an edge of the plate
/// @param steps how many; 0: so many that they take about [#UNDISTURBED] on this machine
/// @param seed picks the temperatures at the start
record DemoSettings(DevDirectory directory, boolean keep, long size, long steps, long seed) {
    /// Long enough that the program still runs after two generations, the loss of a node, its
    /// return and the loss of a leader.
    static final Duration UNDISTURBED = Duration.ofSeconds(24);

    static final int NODES = 3;
    static final int CHECKPOINT_EVERY_SECONDS = 5;

    /// How many lines the program prints: each step between two of them is one that cannot be told
    /// apart.
    static final int REPORTS = 400;
}
