// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Compression;
import org.krg.jepsen.programs.Hashes;
import org.krg.jepsen.programs.Sums;
import org.krg.jepsen.programs.TestProgram;
import org.krg.jepsen.programs.Tree;
import org.krg.jepsen.workload.JobRequest;

/// Programs as Debian has them survive the death of their node and end as if nothing had happened.
@ExtendWith(SharedCluster.class)
class SurvivalTest {
    private static final String VICTIM = "n2";
    private static final Duration TO_START = Duration.ofMinutes(3);

    /// The lease of the node, an election if it led, and the restore.
    private static final Duration TO_RECOVER = Duration.ofMinutes(5);

    private static final Duration TO_END = Duration.ofMinutes(10);

    @Test
    void programsGoOnFromTheirCheckpointsOnOtherNodes(Cluster cluster) throws IOException {
        var directory = cluster.installation().scratch();
        var go = directory.resolve("go");
        var compression = Compression.in(directory);
        var programs =
                List.of(
                        Tree.in(directory, go),
                        Hashes.in(directory, "threads-and-children", go, 4, 3, 50_000),
                        Hashes.in(directory, "hundred-threads", go, 100, 0, 1_000),
                        Sums.in(directory),
                        compression.program());

        startOnVictim(cluster, programs);
        // Those that end by themselves first.
        for (var program : programs.reversed()) {
            cluster.run("checkpoint", "create", program.name()).require(0);
        }
        cluster.killNode(VICTIM);
        programs.forEach(program -> awaitElsewhere(cluster, program));
        cluster.start(VICTIM);
        Files.createFile(go);

        for (var program : programs) {
            var ended = cluster.installation().run(TO_END, "wait", program.name());
            assertThat(ended.exit()).as("%s", ended).isZero();
            assertThat(cluster.run("logs", program.name()).require(0).out())
                    .as("output of %s", program)
                    .isEqualTo(program.output());
        }
        assertThat(compression.decompress()).hasSameBinaryContentAs(compression.original());
    }

    /// The other nodes are taken while the programs start.
    private static void startOnVictim(Cluster cluster, List<TestProgram> programs) {
        var others = cluster.nodes().stream().filter(node -> !node.equals(VICTIM)).toList();
        for (var node : others) {
            var scratch = cluster.installation().scratch();
            var request = JobRequest.of("taken-" + node, scratch, List.of("/bin/sleep", "86400"));
            request.put("cpuMillis", freeCpuMillis(cluster, node));
            cluster.submit(JobRequest.on(node, request));
            cluster.awaitPhase("taken-" + node, "running", TO_START);
        }
        for (var program : programs) {
            var run = Stream.of("run", "--name", program.name(), "--");
            cluster.run(Stream.concat(run, program.command().stream()).toArray(String[]::new))
                    .require(0);
        }
        for (var program : programs) {
            var process = cluster.awaitPhase(program.name(), "running", TO_START);
            assertThat(process.path("node").asText()).isEqualTo(VICTIM);
        }
        for (var node : others) {
            cluster.run("job", "stop", "taken-" + node).require(0);
        }
    }

    private static long freeCpuMillis(Cluster cluster, String node) {
        var found = cluster.get("nodes", node);
        return found.path("cpuMillis").asLong() - found.path("reservedCpuMillis").asLong();
    }

    private static void awaitElsewhere(Cluster cluster, TestProgram program) {
        var recovered =
                Await.first(
                        program + " to run elsewhere",
                        TO_RECOVER,
                        () ->
                                Stream.of(cluster.process(program.name()))
                                        .filter(it -> !it.path("node").asText().equals(VICTIM))
                                        .filter(it -> !it.path("phase").asText().equals("waiting"))
                                        .filter(it -> !it.path("phase").asText().equals("starting"))
                                        .findFirst());
        assertThat(recovered.path("origin").asText()).isEqualTo("checkpoint 1");
        assertThat(recovered.path("epoch").asLong()).isEqualTo(2);
    }
}
