// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Table;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.StopOrder;

/// Parallel jobs one of whose ranks has failed. A rank that loses its connection to another one
/// fails too, before anybody knows that the node of the other is lost. So the job is told to end
/// only once the nodes of all other ranks were heard of since; if one is lost instead, the whole
/// job goes back, with the rank that failed. Immutable; times are of the machine's monotonic clock.
///
/// @param seen when the failure of a job was first seen here
public record FailedRanks(Table<JobId, Duration> seen) {
    /// No rank has failed.
    public static final FailedRanks NONE = new FailedRanks(Table.empty());

    private static final int SIGTERM = 15;

    /// What the other ranks get to end.
    static final Duration GRACE = Duration.ofSeconds(10);

    /// {@return the jobs one of whose ranks has failed now}
    public FailedRanks following(ClusterImage image, Duration now) {
        var next = Table.<JobId, Duration>empty();
        for (var job : image.jobs().values()) {
            if (job.spec().isParallel() && findFailure(image, job).isPresent()) {
                next = next.with(job.id(), seen.find(job.id()).orElse(now));
            }
        }
        return new FailedRanks(next);
    }

    /// {@return the orders that are due}
    ///
    /// @param nodes when each was heard of last
    public List<StopJob> due(ClusterImage image, Leases<NodeId> nodes) {
        var due = new ArrayList<StopJob>();
        for (var entry : seen.stream().toList()) {
            image.jobs()
                    .find(entry.key())
                    .flatMap(job -> findFailure(image, job))
                    .filter(_ -> areHeard(image, entry.key(), nodes, entry.value()))
                    .map(at -> new StopJob(entry.key(), new StopOrder(SIGTERM, GRACE, at)))
                    .ifPresent(due::add);
        }
        return due;
    }

    private static boolean areHeard(
            ClusterImage image, JobId job, Leases<NodeId> nodes, Duration since) {
        return image.processesOf(job).stream()
                .flatMap(rank -> rank.phase().host().stream())
                .allMatch(node -> nodes.isHeardAfter(node, since));
    }

    /// {@return when the first of its ranks failed, if the others still live and go on}
    private static Optional<Instant> findFailure(ClusterImage image, Job job) {
        if (job.stop().isPresent() || !image.lives(job.id())) {
            return Optional.empty();
        }
        return image.processesOf(job.id()).stream()
                .map(HostedProcess::phase)
                .filter(Phase.Ended.class::isInstance)
                .map(Phase.Ended.class::cast)
                .filter(end -> end.outcome().exitCode() != 0)
                .map(Phase.Ended::at)
                .min(Instant::compareTo);
    }
}
