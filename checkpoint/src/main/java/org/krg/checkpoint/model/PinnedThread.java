// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A thread that does not run on all processors that its cell may use.
///
/// @param thread its number inside the cell
/// @param cpus those that it runs on
public record PinnedThread(int thread, CpuSet cpus) {
    /// {@return `301 on 2-3`}
    @Override
    public String toString() {
        return thread + " on " + cpus;
    }
}
