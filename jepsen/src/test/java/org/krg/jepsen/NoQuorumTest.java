// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Machine;
import org.krg.jepsen.workload.JobRequest;

/// Without a quorum nothing is promised and nothing runs twice.
@ExtendWith(SharedCluster.class)
class NoQuorumTest {
    private static final String ALONE = "n2";
    private static final Duration SOON = Duration.ofMinutes(3);

    /// Appends a line to its file five times a second.
    private static final String CLOCK = "while :; do echo tick >> \"$0\"; sleep 0.2; done";

    @Test
    void anExclusiveProcessStandsStillUntilTheQuorumIsBackAndAnotherGoesOn(Cluster cluster)
            throws IOException {
        var stands = startClock(cluster, "stands", "stop");
        var goes = startClock(cluster, "goes", "continue");
        for (var node : cluster.nodes()) {
            if (!node.equals(ALONE)) {
                cluster.killAgent(node);
            }
        }

        Await.until(
                "the exclusive process to be frozen", SOON, () -> Machine.isFrozen(stands.cell));
        // While it takes itself for the leader it cannot tell what becomes of a change.
        Await.until(
                ALONE + " to know of no leader",
                SOON,
                () -> !cluster.ask(cluster.member(ALONE), "status").has("leader"));
        var ticks = stands.ticks();
        var refused = cluster.run("run", "--name", "refused", "--", "true");
        goes.awaitTicks();

        assertThat(refused.exit()).as("%s", refused).isEqualTo(8);
        assertThat(refused.err()).contains("quorum");
        assertThat(Machine.isFrozen(goes.cell)).isFalse();
        assertThat(stands.ticks()).isEqualTo(ticks);
        assertThat(cluster.ask(cluster.member(ALONE), "jobs").path("jobs")).isNotEmpty();

        cluster.heal();
        Await.until("the process to be thawed", SOON, () -> !Machine.isFrozen(stands.cell));
        stands.awaitTicks();
        goes.awaitTicks();
        for (var job : List.of("stands", "goes")) {
            assertThat(cluster.process(job).path("epoch").asLong()).as(job).isEqualTo(1);
            cluster.run("job", "stop", job).require(0);
        }
    }

    private static Clock startClock(Cluster cluster, String job, String onPartition) {
        var directory = cluster.installation().scratch();
        var file = directory.resolve(job + ".ticks");
        var command = List.of("/bin/sh", "-c", CLOCK, file.toString());
        var request = JobRequest.of(job, directory, command);
        request.put("onPartition", onPartition);
        cluster.submit(JobRequest.on(ALONE, request));
        var process = cluster.awaitPhase(job, "running", SOON);
        var cell = Machine.cell(cluster.name(), ALONE, process.path("id").asLong(), 1);
        var clock = new Clock(file, cell);
        clock.awaitTicks();
        return clock;
    }

    /// A job that can be seen to run.
    private record Clock(Path file, Path cell) {
        long ticks() {
            try {
                return Files.exists(file) ? Files.size(file) : 0;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        void awaitTicks() {
            var before = ticks();
            Await.until(file + " to grow", SOON, () -> ticks() > before);
        }
    }
}
