// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// An amount of what a node has and a process reserves.
///
/// @param cpuMillis processor time in thousandths of a core
/// @param memoryBytes memory in bytes
public record Resources(long cpuMillis, long memoryBytes) {
    /// Nothing.
    public static final Resources NONE = new Resources(0, 0);

    public Resources {
        if (cpuMillis < 0 || memoryBytes < 0) {
            throw new IllegalArgumentException(
                    "negative resources: cpuMillis=" + cpuMillis + " memoryBytes=" + memoryBytes);
        }
    }

    /// {@return the sum of both}
    public Resources plus(Resources other) {
        return new Resources(cpuMillis + other.cpuMillis, memoryBytes + other.memoryBytes);
    }
}
