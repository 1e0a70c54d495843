// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Answering;

/// Programs that want a say in their checkpoints, in cells: called back, not saved where they do
/// not want to be, with memory left out, and asking for a checkpoint themselves.
@ExtendWith(SharedCluster.class)
class ProgramsWithASayTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path PROGRAMS = Path.of(System.getProperty("krg.root"), "target/native");
    private static final long TABLE = 32 << 20;
    private static final int NOT_CHECKPOINTABLE = 9;

    private String job = "";

    @AfterEach
    void end(Cluster cluster) {
        cluster.run("job", "stop", job, "--signal", "KILL").require(0);
        cluster.awaitPhase(job, "ended", LIMIT);
    }

    @Test
    void aProgramIsCalledBackAndItsTableIsNeitherStoredNorMissed(Cluster cluster) {
        var program = start(cluster, "sayer");
        assertThat(program.ask("on")).isEqualTo("ok");
        assertThat(program.ask("epoch")).isEqualTo("1");
        assertThat(program.ask("table " + TABLE)).isEqualTo("ok");
        var without = checkpointBytes(cluster);
        assertThat(program.ask("counts")).isEqualTo("1 0 1");
        assertThat(program.ask("peek")).isEqualTo("zeros");
        assertThat(program.ask("look")).isEqualTo("good 2");
        assertThat(program.ask("keep")).isEqualTo("ok");
        var with = checkpointBytes(cluster);
        assertThat(with - without).isBetween(TABLE, TABLE + TABLE / 10);
        assertThat(program.ask("peek")).isEqualTo("full");
        assertThat(program.ask("leave")).isEqualTo("ok");

        assertThat(program.ask("disable")).isEqualTo("ok");
        var refused = cluster.run("checkpoint", "create", job).require(NOT_CHECKPOINTABLE);
        assertThat(refused.err()).contains("critical section (krg_checkpoint_disable)");
        assertThat(program.ask("enable")).isEqualTo("ok");
        assertThat(program.ask("hold 4")).isEqualTo("ok");
        cluster.installation()
                .run(LIMIT, "proc", "migrate", job, "--to", "auto", "--mode", "stop-copy")
                .require(0);

        assertThat(program.ask("held")).isEqualTo("1 1");
        assertThat(program.ask("counts")).isEqualTo("3 1 2");
        assertThat(Long.parseLong(program.ask("epoch"))).isGreaterThan(1);
        assertThat(program.ask("peek")).isEqualTo("zeros");
        assertThat(program.ask("look")).isEqualTo("good 3");
    }

    @Test
    void aProgramTakesACheckpointItselfAndKnowsThatItCameBack(Cluster cluster) {
        var program = start(cluster, "nower");
        assertThat(program.ask("on")).isEqualTo("ok");
        assertThat(program.ask("now")).isEqualTo("0");
        assertThat(program.ask("counts")).isEqualTo("1 0 1");
        var generations = cluster.run("checkpoint", "list", job, "-o", "json").json();
        assertThat(generations.path("checkpoints")).hasSize(1);
        var id = generations.path("checkpoints").get(0).path("id").asText();

        cluster.run("checkpoint", "restore", id).require(0);

        // It is back in the call, and so is its output.
        program.wentBackTo(1);
        assertThat(program.answer("it to come back")).isEqualTo("1");
        assertThat(program.ask("counts")).isEqualTo("1 1 0");
        assertThat(program.ask("epoch")).isEqualTo("2");
    }

    private Answering start(Cluster cluster, String name) {
        job = name;
        return Answering.start(cluster, job, PROGRAMS.resolve("krg-say").toString());
    }

    /// {@return the bytes of a new checkpoint's images}
    private long checkpointBytes(Cluster cluster) {
        var taken = cluster.run("checkpoint", "create", job, "-o", "json").require(0);
        return taken.json().path("imageBytes").asLong();
    }
}
