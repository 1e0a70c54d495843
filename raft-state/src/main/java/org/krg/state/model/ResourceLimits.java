// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// Bounds that the cell enforces where the machine has the controllers. [#UNLIMITED] leaves a
/// resource to the machine.
///
/// @param cpuMillis processor time in thousandths of a core
/// @param memoryBytes memory in bytes
/// @param processes processes and threads at once
public record ResourceLimits(long cpuMillis, long memoryBytes, long processes) {
    /// No bound on this resource.
    public static final long UNLIMITED = 0;

    /// No bound at all.
    public static final ResourceLimits NONE = new ResourceLimits(UNLIMITED, UNLIMITED, UNLIMITED);

    public ResourceLimits {
        if (cpuMillis < 0 || memoryBytes < 0 || processes < 0) {
            throw new IllegalArgumentException("a limit is not negative");
        }
    }
}
