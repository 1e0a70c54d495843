// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Usage;
import org.krg.testkit.Samples;

class FailedRanksTest {
    private static final JobId JOB = new JobId(10);
    private static final Usage USAGE = new Usage(Duration.ZERO, 0);
    private static final Phase RUNS =
            new Phase.Running(Samples.AWAY, new Origin.Beginning(), Samples.START);
    private static final Duration SEEN = Duration.ofSeconds(100);

    @Test
    void theOthersEndOnceTheirNodesWereHeardOfSince() {
        var image = job(ended(3), RUNS);
        var failed = FailedRanks.NONE.following(image, SEEN);

        assertThat(failed.due(image, heard(SEEN))).isEmpty();

        assertThat(failed.due(image, heard(SEEN.plusMillis(1))))
                .singleElement()
                .satisfies(order -> {
                    assertThat(order.job()).isEqualTo(JOB);
                    assertThat(order.order().at()).isEqualTo(Samples.START);
                    assertThat(order.order().signal()).isEqualTo(15);
                });
    }

    @Test
    void theMomentThatItWasFirstSeenCounts() {
        var image = job(ended(3), RUNS);
        var later = SEEN.plusSeconds(5);
        var failed = FailedRanks.NONE.following(image, SEEN).following(image, later);

        assertThat(failed.due(image, heard(later))).hasSize(1);
    }

    @Test
    void ranksThatEndWellAndJobsThatAreOverWantNothing() {
        assertThat(seen(job(ended(0), RUNS))).isZero();
        assertThat(seen(job(ended(3), ended(3)))).isZero();
        assertThat(seen(job(RUNS, RUNS))).isZero();
    }

    @Test
    void whenItWentBackMeanwhileNothingIsDue() {
        var failed = FailedRanks.NONE.following(job(ended(3), RUNS), SEEN);

        assertThat(failed.due(job(RUNS, RUNS), heard(SEEN.plusSeconds(1)))).isEmpty();
    }

    private static int seen(ClusterImage image) {
        return FailedRanks.NONE.following(image, SEEN).seen().size();
    }

    private static Leases<NodeId> heard(Duration at) {
        var grant = new Leases.Grant<>(Samples.AWAY, 1, Duration.ofSeconds(10));
        return Leases.<NodeId>none().following(List.of(grant), at);
    }

    private static Phase ended(int code) {
        return new Phase.Ended(
                new Outcome.Exited(code, USAGE), Optional.of(Samples.HOME), Samples.START);
    }

    private static ClusterImage job(Phase... phases) {
        var spec = Samples.spec().withRanks(phases.length);
        var job = new Job(JOB, "ring", spec, Samples.ALICE, Samples.START, Optional.empty());
        var image = ClusterImage.EMPTY.withJobs(ClusterImage.EMPTY.jobs().with(JOB, job));
        for (var rank = 0; rank < phases.length; rank++) {
            var process =
                    new HostedProcess(
                            new ProcessId(11 + rank),
                            JOB,
                            rank,
                            new Epoch(1),
                            phases[rank],
                            0,
                            List.of(),
                            Optional.empty());
            image = image.withProcesses(image.processes().with(process.id(), process));
        }
        return image;
    }
}
