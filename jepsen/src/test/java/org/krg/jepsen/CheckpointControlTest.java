// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;

/// What a user can say about the checkpoints of a program.
@ExtendWith(SharedCluster.class)
class CheckpointControlTest {
    private static final String ADAPTS = "adapts";
    private static final Duration TO_START = Duration.ofSeconds(60);

    @AfterEach
    void stop(Cluster cluster) {
        cluster.run("job", "stop", ADAPTS, "--signal", "KILL");
    }

    @Test
    void anAdaptiveIntervalFollowsFromWhatACheckpointCost(Cluster cluster) {
        cluster.run("run", "--name", ADAPTS, "--checkpoint-every", "auto", "/bin/sleep", "86400")
                .require(0);
        cluster.awaitPhase(ADAPTS, "running", TO_START);
        assertThat(interval(cluster).path("reason").asText()).isEqualTo("first");

        cluster.run("checkpoint", "create", ADAPTS).require(0);

        var interval = interval(cluster);
        assertThat(interval.path("reason").asText()).isEqualTo("balanced");
        assertThat(interval.path("measured").asInt()).isEqualTo(1);
        assertThat(interval.path("everySeconds").asDouble())
                .isGreaterThan(10 * interval.path("costSeconds").asDouble())
                .isLessThan(3_600);
        assertThat(cluster.run("proc", "show", ADAPTS).require(0).out())
                .contains("(auto), which loses least: one costs");
        assertThat(cluster.run("checkpoint", "list", ADAPTS).require(0).err())
                .contains("(auto), which loses least: one costs");
    }

    private static JsonNode interval(Cluster cluster) {
        return cluster.get("processes", ADAPTS).path("checkpointInterval");
    }
}
