// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Instant;
import java.util.Optional;
import org.krg.state.model.Identity;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.StopOrder;

/// Requests about jobs.
public sealed interface JobCommand extends Command {
    /// Starts a job of as many processes as its spec says. Refused when a job of that name lives.
    /// Creates a [JobId].
    record SubmitJob(String name, JobSpec spec, Identity owner, Instant at) implements JobCommand {}

    /// Takes in a job whose process comes from an archive: it is over from the beginning, and can
    /// be restored once a generation of it is committed. Creates a [JobId]. Refused like
    /// [SubmitJob].
    ///
    /// @param address the process's own, which is in its image; present where the job's processes
    ///   have one
    record AdmitJob(
            String name, JobSpec spec, Identity owner, Optional<Ipv4Address> address, Instant at)
            implements JobCommand {}

    /// Orders a job to end: `order` is carried out by the agents. A second order may shorten the
    /// first.
    record StopJob(JobId job, StopOrder order) implements JobCommand {}
}
