// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// Bounds that the cell enforces where the machine has the controllers; 0 means unbounded.
///
/// @param cpuMillis processor time in thousandths of a core
/// @param memoryBytes memory in bytes
/// @param processes processes and threads at once
public record ResourceLimits(long cpuMillis, long memoryBytes, long processes) {
    /// No bound at all.
    public static final ResourceLimits NONE = new ResourceLimits(0, 0, 0);

    public ResourceLimits {
        if (cpuMillis < 0 || memoryBytes < 0 || processes < 0) {
            throw new IllegalArgumentException("a limit is not negative");
        }
    }
}
