// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// The most a cell may use. [#UNLIMITED] leaves a resource to the machine.
///
/// @param cpuMillis thousandths of one cpu
/// @param memoryBytes memory of all processes together
/// @param tasks processes and threads together
public record ResourceLimits(long cpuMillis, long memoryBytes, long tasks) {
    /// No limit on this resource.
    public static final long UNLIMITED = 0;

    /// No limit on any resource.
    public static final ResourceLimits NONE = new ResourceLimits(UNLIMITED, UNLIMITED, UNLIMITED);

    public ResourceLimits {
        if (cpuMillis < 0 || memoryBytes < 0 || tasks < 0) {
            throw new IllegalArgumentException(
                    "a limit is not negative: " + cpuMillis + ", " + memoryBytes + ", " + tasks);
        }
    }
}
