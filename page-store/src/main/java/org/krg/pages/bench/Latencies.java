// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.util.Arrays;

/// How long one kind of thing took, many times.
///
/// @param count how often it was done
record Latencies(String what, int count, double p50Micros, double p99Micros) {
    private static final double NANOS = 1_000;

    /// @param nanos of each time; the array is not kept
    static Latencies of(String what, long[] nanos) {
        var sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Latencies(
                what,
                sorted.length,
                sorted[sorted.length / 2] / NANOS,
                sorted[sorted.length * 99 / 100] / NANOS);
    }
}
