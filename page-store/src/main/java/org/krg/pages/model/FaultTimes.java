// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.model;

import java.util.List;

/// How long threads of a node stood still for faults of one kind.
///
/// @param elsewhere whether another node was asked for the page, or to give its copy up
/// @param sumNanos of all of them
/// @param within how many took at most each of [#BOUNDS_NANOS]
public record FaultTimes(
        FaultKind kind,
        boolean elsewhere,
        long count,
        long sumNanos,
        long p50Nanos,
        long p90Nanos,
        long p99Nanos,
        long maxNanos,
        List<Long> within) {
    /// From 10 us, below a fault that asks nobody, to 10 s, about when a node is declared lost.
    public static final List<Long> BOUNDS_NANOS =
            List.of(
                            10,
                            25,
                            50,
                            100,
                            250,
                            500,
                            1_000,
                            2_500,
                            5_000,
                            10_000,
                            25_000,
                            50_000,
                            100_000,
                            250_000,
                            500_000,
                            1_000_000,
                            2_500_000,
                            5_000_000,
                            10_000_000)
                    .stream()
                    .map(micros -> micros * 1_000L)
                    .toList();

    public FaultTimes {
        within = List.copyOf(within);
    }
}
