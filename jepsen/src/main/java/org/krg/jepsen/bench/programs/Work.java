// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import java.util.List;

/// What one of the programs computes.
///
/// @param name as `parallel` knows it
/// @param size points along an edge, bodies, or values
public record Work(String name, long size, long rounds) {
    /// What is measured: some seconds of one processor together.
    static final List<Work> ALL =
            List.of(
                    new Work("matrix", 1_024, 1),
                    new Work("plate", 2_048, 40),
                    new Work("bodies", 8_192, 4),
                    new Work("histogram", 16_777_216, 10));

    /// The same, smaller: to see that all of it runs.
    static final List<Work> SMALL =
            List.of(
                    new Work("matrix", 128, 1),
                    new Work("plate", 128, 4),
                    new Work("bodies", 256, 2),
                    new Work("histogram", 65_536, 2));

    /// {@return what `parallel` is told}
    ///
    /// @param segment `-` for memory of its own
    public List<String> arguments(String segment) {
        return List.of(name, segment, Long.toString(size), Long.toString(rounds));
    }
}
