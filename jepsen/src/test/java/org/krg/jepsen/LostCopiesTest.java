// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;

/// Copies of checkpoints are made again when a node that had some is lost.
@Tag("long")
class LostCopiesTest {
    private static final Duration SOON = Duration.ofMinutes(3);

    @Test
    void aThirdNodeMakesACopyForTheOneThatIsLostAndTheProgramComesBackFromIt() throws IOException {
        try (var cluster = Cluster.up(3)) {
            lookAfterCopiesAtOnce(cluster);
            cluster.run("run", "--name", "counter", "--", "sh", "-c", "while :; do sleep 0.1; done")
                    .require(0);
            var host = cluster.awaitPhase("counter", "running", SOON).path("node").asText();
            cluster.run("checkpoint", "create", "counter").require(0);
            var holders = copies(cluster);
            assertThat(holders).hasSize(2).contains(host);
            var other = holders.stream().filter(node -> !node.equals(host)).findFirst();
            var third = cluster.nodes().stream().filter(node -> !holders.contains(node)).findAny();

            cluster.killNode(other.orElseThrow());
            Await.until(
                    "a copy on " + third.orElseThrow(),
                    SOON,
                    () -> copies(cluster).contains(third.orElseThrow()));
            assertThat(copies(cluster)).hasSize(3).containsAll(holders);

            // Now only the new copy is at hand.
            cluster.killNode(host);
            Files.move(
                    cluster.data(other.orElseThrow()).resolve("images"),
                    cluster.installation().scratch().resolve("images"));
            cluster.start(other.orElseThrow());
            var back =
                    Await.first(
                            "the program to run again",
                            SOON,
                            () ->
                                    Stream.of(cluster.process("counter"))
                                            .filter(it -> it.path("epoch").asLong() == 2)
                                            .filter(it ->
                                                    it.path("phase").asText().equals("running"))
                                            .findFirst());
            assertThat(back.path("origin").asText()).isEqualTo("checkpoint 1");
        }
    }

    private static void lookAfterCopiesAtOnce(Cluster cluster) throws IOException {
        cluster.nodes().forEach(cluster::killAgentAtOnce);
        for (var node : cluster.nodes()) {
            Files.writeString(
                    cluster.data(node).resolveSibling("krgd.toml"),
                    "\n[checkpoint]\nreplace-after = \"1s\"\n",
                    StandardOpenOption.APPEND);
        }
        cluster.startAll();
        cluster.awaitReady();
    }

    private static List<String> copies(Cluster cluster) {
        var process = cluster.process("counter").path("id").asText();
        return Cluster.stream(cluster.get("checkpoints", process + ".1").path("copies"))
                .map(node -> node.asText())
                .toList();
    }
}
