// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;
import java.util.Optional;

/// How a process is checkpointed.
///
/// @param copies nodes that hold a generation, its own included, before it is committed; at least 1
/// @param fileLimitBytes bytes of files that go into a generation beside the images, at most
/// @param keep committed good generations that are kept whatever their age; at least 2
/// @param keepFor how long every generation is kept besides; zero: only by count
/// @param quotaBytes what all generations of the job may take on all nodes together; 0: no limit
/// @param ownDirectory the path of a directory that belongs to the job: all that is in it is part
///   of a generation, whether it is open or not, and is put back as it was
public record CheckpointPolicy(
        Engine engine,
        CheckpointSchedule schedule,
        int copies,
        long fileLimitBytes,
        int keep,
        Duration keepFor,
        long quotaBytes,
        Optional<String> ownDirectory) {
    /// On demand, two copies, one GiB of files, the two newest generations.
    public static final CheckpointPolicy ON_DEMAND =
            new CheckpointPolicy(Engine.CRIU, Duration.ZERO, 2, 1L << 30, 2);

    public CheckpointPolicy {
        if (copies < 1
                || fileLimitBytes < 0
                || keep < 2
                || keepFor.isNegative()
                || quotaBytes < 0) {
            throw new IllegalArgumentException(
                    "copies=%d fileLimitBytes=%d keep=%d keepFor=%s quotaBytes=%d"
                            .formatted(copies, fileLimitBytes, keep, keepFor, quotaBytes));
        }
    }

    /// A policy without a quota and without a directory of the job's own.
    public CheckpointPolicy(
            Engine engine,
            CheckpointSchedule schedule,
            int copies,
            long fileLimitBytes,
            int keep,
            Duration keepFor) {
        this(engine, schedule, copies, fileLimitBytes, keep, keepFor, 0, Optional.empty());
    }

    /// A policy with a fixed interval, zero meaning on demand, that keeps generations by count.
    public CheckpointPolicy(
            Engine engine, Duration every, int copies, long fileLimitBytes, int keep) {
        this(engine, CheckpointSchedule.of(every), copies, fileLimitBytes, keep, Duration.ZERO);
    }

    /// {@return the same policy for a job that owns a directory}
    public CheckpointPolicy withOwnDirectory(String path) {
        return new CheckpointPolicy(
                engine,
                schedule,
                copies,
                fileLimitBytes,
                keep,
                keepFor,
                quotaBytes,
                Optional.of(path));
    }
}
