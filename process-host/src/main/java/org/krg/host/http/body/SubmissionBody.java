// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of `POST /v1/jobs`. What is left out has a default, see `docs/api.md`.
///
/// @param user root's to choose
public record SubmissionBody(
        @Nullable String name,
        @Nullable List<String> command,
        @Nullable String workingDirectory,
        @Nullable Map<String, String> environment,
        @Nullable Integer umask,
        @Nullable Boolean stdin,
        @Nullable Boolean terminal,
        @Nullable String user,
        @Nullable Long cpuMillis,
        @Nullable Long memoryBytes,
        @Nullable Limits limits,
        @Nullable Map<String, Bound> rlimits,
        @Nullable Restart restart,
        @Nullable String recovery,
        @Nullable Checkpoint checkpoint,
        @Nullable String onPartition,
        @Nullable List<String> onlyOn,
        @Nullable String network,
        @Nullable Integer ranks) {

    /// Bounds of the cell.
    public record Limits(
            @Nullable Long cpuMillis, @Nullable Long memoryBytes, @Nullable Long processes) {}

    /// Bounds of each process on a resource of `setrlimit(2)`, -1 for none.
    ///
    /// @param hard as the soft one if it is left out
    public record Bound(@Nullable Long soft, @Nullable Long hard) {}

    /// What follows when the program ends.
    public record Restart(
            @Nullable String when, @Nullable Integer max, @Nullable BigDecimal backOffSeconds) {}

    /// How it is checkpointed.
    ///
    /// @param everySeconds a number, or `auto`
    public record Checkpoint(
            @Nullable String engine,
            @Nullable JsonNode everySeconds,
            @Nullable Integer copies,
            @Nullable Long fileLimitBytes,
            @Nullable Integer keep,
            @Nullable BigDecimal keepForSeconds,
            @Nullable Long quotaBytes,
            @Nullable String ownDirectory) {}
}
