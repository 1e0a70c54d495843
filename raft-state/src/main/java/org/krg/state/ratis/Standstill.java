// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.time.Duration;

/// For how long a log is not forced further though it should be. Only time in which it is looked at
/// counts: a process that was stopped itself knows nothing of its disk.
final class Standstill {
    private final long mostNanos;
    private long done = -1;
    private long lookedAt;
    private boolean waits;
    private long stoodNanos;

    /// @param most what lies between two looks counts no longer than that
    Standstill(Duration most) {
        this.mostNanos = most.toNanos();
    }

    /// Looks once.
    ///
    /// @param wanted index of the entry up to which the log should be forced
    /// @param forced index of the entry up to which it is
    /// @param nanos of [System#nanoTime]
    /// @return how long it has stood
    Duration look(long wanted, long forced, long nanos) {
        var stands = waits && wanted > forced && forced == done;
        stoodNanos = stands ? stoodNanos + Math.min(nanos - lookedAt, mostNanos) : 0;
        waits = wanted > forced;
        done = forced;
        lookedAt = nanos;
        return Duration.ofNanos(stoodNanos);
    }
}
