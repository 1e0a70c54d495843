// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.util.concurrent.TimeUnit;

/// Measures the phases of one piece of work, for the log. Used by one thread.
final class Stopwatch {
    private final StringBuilder laps = new StringBuilder();
    private long since = System.nanoTime();

    /// Says what was done since the last lap, or since the beginning.
    void lap(String name) {
        var now = System.nanoTime();
        laps.append(laps.isEmpty() ? "" : ",")
                .append(name)
                .append(':')
                .append(TimeUnit.NANOSECONDS.toMillis(now - since))
                .append("ms");
        since = now;
    }

    /// As it stands in a log: `freeze:3ms,dump:120ms`.
    @Override
    public String toString() {
        return laps.toString();
    }
}
