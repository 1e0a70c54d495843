// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.JobRequest;

/// Nodes that are emptied.
@ExtendWith(SharedCluster.class)
class DrainTest {
    private static final String NODE = "n1";
    private static final List<String> LEAVE = List.of("leaves-1", "leaves-2", "leaves-3");
    private static final String STAYS = "stays";
    private static final Duration TO_START = Duration.ofMinutes(3);
    private static final Duration TO_DRAIN = Duration.ofMinutes(3);

    @AfterEach
    void uncordon(Cluster cluster) {
        cluster.run("node", "uncordon", NODE).require(0);
        for (var job : LEAVE) {
            cluster.run("job", "stop", job, "--signal", "KILL");
        }
        cluster.run("job", "stop", STAYS, "--signal", "KILL");
    }

    @Test
    void whatCanLeavesAndWhatCannotIsNamed(Cluster cluster) {
        cordonOthers(cluster, true);
        for (var job : LEAVE) {
            start(cluster, job, List.of("/bin/sleep", "86400"));
        }
        start(
                cluster,
                STAYS,
                List.of(
                        "/usr/bin/python3",
                        "-c",
                        "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 0));"
                                + " s.listen(); time.sleep(86400)"));
        cordonOthers(cluster, false);

        var partly = cluster.installation().run(TO_DRAIN, "node", "drain", NODE);

        assertThat(partly.exit()).as("%s", partly).isEqualTo(10);
        assertThat(partly.err()).contains(STAYS + "/0 stays: ", "bound to tcp 127.0.0.1:");
        for (var job : LEAVE) {
            assertThat(cluster.process(job).path("node").asText()).isNotEqualTo(NODE);
        }
        assertThat(cluster.process(STAYS).path("node").asText()).isEqualTo(NODE);
        cluster.run("job", "stop", STAYS, "--signal", "KILL").require(0);
        cluster.awaitPhase(STAYS, "ended", TO_START);

        cluster.installation().run(TO_DRAIN, "node", "drain", NODE).require(0);

        assertThat(cluster.get("nodes", NODE).path("processes").asInt()).isZero();
        assertThat(cluster.run("node", "list").require(0).out()).contains("ready, cordoned");
    }

    private static void cordonOthers(Cluster cluster, boolean cordoned) {
        for (var node : cluster.nodes()) {
            if (!node.equals(NODE)) {
                cluster.cordon(node, cordoned);
            }
        }
    }

    private static void start(Cluster cluster, String name, List<String> command) {
        var directory = cluster.installation().scratch();
        cluster.submit(JobRequest.of(name, directory, command));
        var process = cluster.awaitPhase(name, "running", TO_START);
        assertThat(process.path("node").asText()).isEqualTo(NODE);
    }
}
