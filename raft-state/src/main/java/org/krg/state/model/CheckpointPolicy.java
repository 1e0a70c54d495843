// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;

/// How a process is checkpointed.
///
/// @param every the interval; zero means only on demand
/// @param copies nodes that hold a generation, its own included, before it is committed; at least 1
/// @param fileLimitBytes bytes of files open for writing that go into a generation, at most
/// @param keep committed generations that are kept; at least 2
public record CheckpointPolicy(
        Engine engine, Duration every, int copies, long fileLimitBytes, int keep) {
    /// On demand, two copies, one GiB of files, the two newest generations.
    public static final CheckpointPolicy ON_DEMAND =
            new CheckpointPolicy(Engine.CRIU, Duration.ZERO, 2, 1L << 30, 2);

    public CheckpointPolicy {
        if (every.isNegative() || copies < 1 || fileLimitBytes < 0 || keep < 2) {
            throw new IllegalArgumentException(
                    "every=%s copies=%d fileLimitBytes=%d keep=%d"
                            .formatted(every, copies, fileLimitBytes, keep));
        }
    }
}
