// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.JobRequest;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Nodes that are emptied.
@ExtendWith(SharedCluster.class)
class DrainTest {
    private static final String NODE = "n1";
    private static final List<String> LEAVE = List.of("leaves-1", "leaves-2", "leaves-3");
    private static final Duration TO_START = Duration.ofMinutes(3);
    private static final Duration TO_DRAIN = Duration.ofMinutes(3);

    /// How each of the programs here says that it is as it is meant to be.
    private static final String READY = "open(sys.argv[1], 'w').close()\n";

    /// Can be saved, and not moved while it listens; lets go when the file is there.
    private static final String LISTENS =
            """
            import os, socket, sys, time
            s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
            """
                    + READY
                    + """
                    while not os.path.exists('may-leave'): time.sleep(0.05)
                    s.close(); time.sleep(86400)
                    """;

    /// Can neither be moved nor saved.
    private static final String SEMAPHORE =
            "import os, sys, time\ne = os.eventfd(1, os.EFD_SEMAPHORE)\n"
                    + READY
                    + "time.sleep(86400)";

    /// Has a connection that it never accepts, which is found out when it stands still.
    private static final String IGNORES =
            """
            import socket, sys, time
            s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
            c = socket.create_connection(s.getsockname())
            """
                    + READY
                    + "time.sleep(86400)";

    private final List<String> started = new ArrayList<>();

    @AfterEach
    void cleanUp(Cluster cluster) throws IOException {
        Files.deleteIfExists(cluster.installation().scratch().resolve("may-leave"));
        for (var job : started) {
            Files.deleteIfExists(ready(cluster, job));
        }
        cluster.run("node", "uncordon", NODE).require(0);
        cordonOthers(cluster, false);
        try (var client = cluster.client()) {
            for (var job : started) {
                try {
                    client.post(
                            ApiPath.of("jobs", job, "stop"), Json.object().put("signal", "KILL"));
                } catch (ApiFailure hasEnded) {
                    // As it was to.
                }
            }
        }
    }

    @Test
    void whatCanLeavesAndWhatCannotIsNamed(Cluster cluster) {
        cordonOthers(cluster, true);
        for (var job : LEAVE) {
            start(cluster, request(cluster, job, List.of("/bin/sleep", "86400")));
        }
        startPython(cluster, python(cluster, "stays", LISTENS));
        startPython(cluster, python(cluster, "ignores", IGNORES).put("network", "cell"));
        cordonOthers(cluster, false);

        var partly = cluster.installation().run(TO_DRAIN, "node", "drain", NODE);

        assertThat(partly.exit()).as("%s", partly).isEqualTo(10);
        assertThat(partly.err())
                .contains("stays/0 stays: ", "bound to tcp 127.0.0.1:")
                .containsPattern("ignores/0 stays: .* has a backlog of 1 connection");
        for (var job : LEAVE) {
            assertThat(cluster.process(job).path("node").asText()).isNotEqualTo(NODE);
            assertThat(cluster.run("job", "explain", job).require(0).out())
                    .contains("It moved from " + NODE, "asked for it, as " + NODE + " is drained");
        }
        for (var job : List.of("stays", "ignores")) {
            assertThat(cluster.process(job).path("node").asText()).isEqualTo(NODE);
            assertThat(cluster.process(job).path("phase").asText()).isEqualTo("running");
            cluster.run("job", "stop", job, "--signal", "KILL").require(0);
            cluster.awaitPhase(job, "ended", TO_START);
        }

        cluster.installation().run(TO_DRAIN, "node", "drain", NODE).require(0);

        assertThat(cluster.get("nodes", NODE).path("processes").asInt()).isZero();
        assertThat(cluster.run("node", "list").require(0).out()).contains("ready, cordoned");
    }

    @Test
    void stopEndsWhatItHasSavedAndKeepsWhatCannotBeSaved(Cluster cluster) {
        cordonOthers(cluster, true);
        startPython(cluster, python(cluster, "saved", LISTENS));
        startPython(cluster, python(cluster, "unsaved", SEMAPHORE));
        cordonOthers(cluster, false);

        var drained =
                cluster.installation().run(TO_DRAIN, "node", "drain", NODE, "--leftover", "stop");

        assertThat(drained.exit()).as("%s", drained).isEqualTo(10);
        assertThat(drained.err())
                .contains(
                        "saved/0 is told to end",
                        "unsaved/0 stays: it goes on, as it cannot be saved: ")
                .contains("semaphore")
                .doesNotContain("unsaved/0 is told to end", "\nsaved/0 stays");
        assertThat(cluster.process("saved").path("phase").asText()).isEqualTo("ended");
        assertThat(cluster.process("unsaved").path("phase").asText()).isEqualTo("running");
        assertThat(cluster.process("unsaved").path("node").asText()).isEqualTo(NODE);
        var checkpoint =
                Pattern.compile("^saved/0 is saved as checkpoint (\\S+)$", Pattern.MULTILINE)
                        .matcher(drained.err());
        assertThat(checkpoint.results().map(it -> it.group(1)))
                .singleElement()
                .satisfies(id ->
                        assertThat(cluster.get("checkpoints", id).path("pinned").asBoolean())
                                .isTrue());
    }

    @Test
    void waitTriesAgainUntilItCanOrTheTimeIsOver(Cluster cluster) throws IOException {
        cordonOthers(cluster, true);
        startPython(cluster, python(cluster, "lets-go", LISTENS));
        cordonOthers(cluster, false);
        var installation = cluster.installation();
        var began = System.nanoTime();

        var late =
                installation.run(
                        TO_DRAIN, "node", "drain", NODE, "--leftover", "wait", "--deadline", "2s");

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThan(Duration.ofSeconds(2));
        assertThat(late.exit()).as("%s", late).isEqualTo(10);
        assertThat(late.err()).contains("lets-go/0 stays: ", "bound to tcp 127.0.0.1:");
        assertThat(cluster.process("lets-go").path("node").asText()).isEqualTo(NODE);

        try (var waits = installation.start("node", "drain", NODE, "--leftover", "wait")) {
            Await.until(
                    "it to be refused",
                    TO_DRAIN,
                    () -> waits.errSoFar().contains("lets-go/0 cannot move: "));
            Files.createFile(installation.scratch().resolve("may-leave"));
            waits.await(TO_DRAIN).require(0);
        }
        assertThat(cluster.process("lets-go").path("phase").asText()).isEqualTo("running");
        assertThat(cluster.process("lets-go").path("node").asText()).isNotEqualTo(NODE);
    }

    private static void cordonOthers(Cluster cluster, boolean cordoned) {
        for (var node : cluster.nodes()) {
            if (!node.equals(NODE)) {
                cluster.cordon(node, cordoned);
            }
        }
    }

    private static ObjectNode python(Cluster cluster, String name, String program) {
        var ready = ready(cluster, name).toString();
        return request(cluster, name, List.of("/usr/bin/python3", "-c", program, ready));
    }

    private static Path ready(Cluster cluster, String name) {
        return cluster.installation().scratch().resolve(name + "-is-ready");
    }

    private static ObjectNode request(Cluster cluster, String name, List<String> command) {
        return JobRequest.of(name, cluster.installation().scratch(), command);
    }

    private void startPython(Cluster cluster, ObjectNode request) {
        start(cluster, request);
        var name = request.path("name").asText();
        Await.until(name + " to be ready", TO_START, () -> Files.exists(ready(cluster, name)));
    }

    private void start(Cluster cluster, ObjectNode request) {
        var name = request.path("name").asText();
        cluster.submit(request);
        started.add(name);
        var process = cluster.awaitPhase(name, "running", TO_START);
        assertThat(process.path("node").asText()).isEqualTo(NODE);
    }
}
