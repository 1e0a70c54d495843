// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.model;

/// How busy a machine said it was when it was asked.
///
/// @param runningPerCpu tasks that run or could run at that moment, divided by its processors
/// @param cpuPressure of the last 10 s, the share in which some task waited for a processor, in
///   percent: `some avg10` of `/proc/pressure/cpu`; 0 where the kernel does not say
/// @param memoryPressure the same for tasks that all waited for memory: `full avg10`
/// @param memoryAvailable bytes that programs can get without swapping: `MemAvailable` of
///   `/proc/meminfo`
public record NodeLoad(
        double runningPerCpu, double cpuPressure, double memoryPressure, long memoryAvailable) {
    /// Of a node that did not say.
    public static final NodeLoad UNKNOWN = new NodeLoad(0, 0, 0, 0);
}
