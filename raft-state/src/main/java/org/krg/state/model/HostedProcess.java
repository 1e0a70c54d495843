// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;
import java.util.Optional;

/// One hosted process tree (rank) of a job.
///
/// @param rank from 0; `job/0`
/// @param epoch of the present or last incarnation
/// @param restarts how often the restart policy started it again
/// @param failures recent failed starts, oldest first, at most [#MAX_FAILURES]
/// @param decision the latest placement decision
public record HostedProcess(
        ProcessId id,
        JobId job,
        int rank,
        Epoch epoch,
        Phase phase,
        int restarts,
        List<FailedStart> failures,
        Optional<PlacementDecision> decision) {
    /// Failed starts that are remembered.
    public static final int MAX_FAILURES = 8;

    public HostedProcess {
        failures = List.copyOf(failures);
    }
}
