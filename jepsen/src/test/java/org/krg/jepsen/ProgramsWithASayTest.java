// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.JobRequest;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.LogItem;

/// Programs that want a say in their checkpoints, in cells: called back, not saved where they do
/// not want to be, with memory left out, and asking for a checkpoint themselves.
@ExtendWith(SharedCluster.class)
class ProgramsWithASayTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path PROGRAMS = Path.of(System.getProperty("krg.root"), "target/native");
    private static final long TABLE = 32 << 20;
    private static final int NOT_CHECKPOINTABLE = 9;

    /// How many lines the program has written.
    private int answers;

    private String job = "";

    @AfterEach
    void end(Cluster cluster) {
        cluster.run("job", "stop", job, "--signal", "KILL").require(0);
        cluster.awaitPhase(job, "ended", LIMIT);
    }

    @Test
    void aProgramIsCalledBackAndItsTableIsNeitherStoredNorMissed(Cluster cluster) {
        start(cluster, "sayer");
        assertThat(ask(cluster, "on")).isEqualTo("ok");
        assertThat(ask(cluster, "epoch")).isEqualTo("1");
        assertThat(ask(cluster, "table " + TABLE)).isEqualTo("ok");
        var without = checkpointBytes(cluster);
        assertThat(ask(cluster, "counts")).isEqualTo("1 0 1");
        assertThat(ask(cluster, "peek")).isEqualTo("zeros");
        assertThat(ask(cluster, "look")).isEqualTo("good 2");
        assertThat(ask(cluster, "keep")).isEqualTo("ok");
        var with = checkpointBytes(cluster);
        assertThat(with - without).isBetween(TABLE, TABLE + TABLE / 10);
        assertThat(ask(cluster, "peek")).isEqualTo("full");
        assertThat(ask(cluster, "leave")).isEqualTo("ok");

        assertThat(ask(cluster, "disable")).isEqualTo("ok");
        var refused = cluster.run("checkpoint", "create", job).require(NOT_CHECKPOINTABLE);
        assertThat(refused.err()).contains("critical section (krg_checkpoint_disable)");
        assertThat(ask(cluster, "enable")).isEqualTo("ok");
        assertThat(ask(cluster, "hold 4")).isEqualTo("ok");
        cluster.installation()
                .run(LIMIT, "proc", "migrate", job, "--to", "auto", "--mode", "stop-copy")
                .require(0);

        assertThat(ask(cluster, "held")).isEqualTo("1 1");
        assertThat(ask(cluster, "counts")).isEqualTo("3 1 2");
        assertThat(Long.parseLong(ask(cluster, "epoch"))).isGreaterThan(1);
        assertThat(ask(cluster, "peek")).isEqualTo("zeros");
        assertThat(ask(cluster, "look")).isEqualTo("good 3");
    }

    @Test
    void aProgramTakesACheckpointItselfAndKnowsThatItCameBack(Cluster cluster) {
        start(cluster, "nower");
        assertThat(ask(cluster, "on")).isEqualTo("ok");
        assertThat(ask(cluster, "now")).isEqualTo("0");
        assertThat(ask(cluster, "counts")).isEqualTo("1 0 1");
        var generations = cluster.run("checkpoint", "list", job, "-o", "json").json();
        assertThat(generations.path("checkpoints")).hasSize(1);
        var id = generations.path("checkpoints").get(0).path("id").asText();

        cluster.run("checkpoint", "restore", id).require(0);

        // It is back in the call, and so is its output.
        answers = 1;
        Await.until("it to come back", LIMIT, () -> lines(cluster).size() > answers);
        assertThat(lines(cluster).get(answers++)).isEqualTo("1");
        assertThat(ask(cluster, "counts")).isEqualTo("1 1 0");
        assertThat(ask(cluster, "epoch")).isEqualTo("2");
    }

    private void start(Cluster cluster, String name) {
        job = name;
        var command = List.of(PROGRAMS.resolve("krg-say").toString());
        var directory = cluster.installation().scratch();
        cluster.submit(JobRequest.of(job, directory, command).put("stdin", true));
        cluster.awaitPhase(job, "running", LIMIT);
    }

    /// {@return the bytes of a new checkpoint's images}
    private long checkpointBytes(Cluster cluster) {
        var taken = cluster.run("checkpoint", "create", job, "-o", "json").require(0);
        return taken.json().path("imageBytes").asLong();
    }

    /// Gives the program a command and returns the line that it answers.
    private String ask(Cluster cluster, String command) {
        var bytes = (command + "\n").getBytes(StandardCharsets.US_ASCII);
        var path = ApiPath.of("processes", job, "stdin");
        try (var client = cluster.client()) {
            Await.until(
                    "it to take its input",
                    LIMIT,
                    () -> client.postBytes(path, bytes, LIMIT).path("written").asInt() > 0);
        }
        Await.until("an answer to " + command, LIMIT, () -> lines(cluster).size() > answers);
        return lines(cluster).get(answers++);
    }

    private List<String> lines(Cluster cluster) {
        var output = new StringBuilder();
        try (var client = cluster.client();
                var log = client.logs(job, "stdout", 0, false)) {
            for (var item = log.next(); item.isPresent(); item = log.next()) {
                if (item.get() instanceof LogItem.Output(_, var bytes)) {
                    output.append(StandardCharsets.US_ASCII.decode(bytes));
                }
            }
        }
        return output.toString().lines().toList();
    }
}
