// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/// Measures the phases of one piece of work, for the log. Used by one thread, whose own processor
/// time it tells too: what is more than that was waiting, for a disk, a child or a processor.
public final class Stopwatch {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final StringBuilder laps = new StringBuilder();
    private long since = System.nanoTime();
    private long sinceCpu = THREADS.getCurrentThreadCpuTime();

    /// Says what was done since the last lap, or since the beginning.
    public void lap(String name) {
        var now = System.nanoTime();
        var nowCpu = THREADS.getCurrentThreadCpuTime();
        laps.append(laps.isEmpty() ? "" : ",")
                .append(name)
                .append(':')
                .append(TimeUnit.NANOSECONDS.toMillis(now - since))
                .append("ms");
        // Nobody counts the time of virtual threads.
        if (!Thread.currentThread().isVirtual()) {
            laps.append('/').append(TimeUnit.NANOSECONDS.toMillis(nowCpu - sinceCpu));
        }
        since = now;
        sinceCpu = nowCpu;
    }

    /// As it stands in a log, with the processor's part in milliseconds behind the slash:
    /// `freeze:3ms/1,dump:120ms/2`.
    @Override
    public String toString() {
        return laps.toString();
    }
}
