// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;

/// From when to when answers count: after a warm-up, until clients stop.
///
/// @param startNanos of `System.nanoTime()`
/// @param endNanos of `System.nanoTime()`
record Window(long startNanos, long endNanos) {
    static Window after(Duration warmUp, Duration length) {
        var start = System.nanoTime() + warmUp.toNanos();
        return new Window(start, start + length.toNanos());
    }

    boolean contains(long nanos) {
        return nanos - startNanos >= 0 && nanos - endNanos < 0;
    }

    boolean isOver(long nanos) {
        return nanos - endNanos >= 0;
    }
}
