// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Typist;

/// A shell with a terminal of its own in a cell, used from real terminals.
@ExtendWith(SharedCluster.class)
class TerminalTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String JOB = "shell";
    private static final String CTRL_C = "\003";
    private static final String CTRL_P_CTRL_Q = "\020\021";

    @AfterEach
    void end(Cluster cluster) {
        var _ = cluster.run("job", "stop", JOB, "--signal", "KILL");
        cluster.awaitPhase(JOB, "ended", LIMIT);
    }

    @Test
    void aShellIsUsedLeftAndTakenUpAgain(Cluster cluster) {
        try (var user = Typist.of(cluster, "run", "-it", "--name", JOB, "--", "sh")) {
            user.type("until stty size | grep 99; do sleep 0.1; done\n");
            user.awaitShown("33 99");
            user.type("sh -c 'echo sl''eeping; exec sleep 1000'\n");
            user.awaitShown("sleeping");
            user.type(CTRL_C);
            user.type("echo code=$?\n");
            user.awaitShown("code=130");
            user.type("echo a$((1 + 1))b\n");
            user.awaitShown("a2b");
            user.type(CTRL_P_CTRL_Q);
            assertThat(user.awaitEnd()).isZero();
            user.awaitShown("detached; shell goes on");
        }
        assertThat(cluster.process(JOB).path("phase").asText()).isEqualTo("running");
        try (var lost = Typist.of(cluster, "attach", JOB)) {
            lost.awaitShown("a2b");
            lost.type("echo c$((2 + 2))d\n");
            lost.awaitShown("c4d");
        }
        try (var user = Typist.of(cluster, "attach", JOB)) {
            user.awaitShown("c4d");
            user.type("exit 7\n");
            assertThat(user.awaitEnd()).isEqualTo(7);
        }
        assertThat(cluster.run("logs", JOB).require(0).out()).contains("a2b").contains("c4d");
    }

    /// With an editor in the foreground, whose screen is drawn anew when somebody looks from
    /// another size of terminal.
    @Test
    void aShellMovesUnderTheHandsOfItsUser(Cluster cluster) {
        try (var user = Typist.of(cluster, "run", "-it", "--name", JOB, "--", "bash", "--norc")) {
            user.type("trap 'echo si''ze $(stty size)' WINCH; x=40\n");
            user.type("sh -c 'echo pa''rent; read -r line; echo \"<$line>\"'\n");
            user.awaitShown("parent");
            user.type("half of ");
            move(cluster);
            user.type("a line\n");
            user.awaitShown("<half of a line>");
            move(cluster);
            user.type("echo $((x + 2))=$(ps -o tty= -o tpgid= $$ | wc -w)\n");
            user.awaitShown("42=2");
            assertThat(cluster.run("checkpoint", "create", JOB).exit()).isZero();
            user.type("exit 5\n");
            assertThat(user.awaitEnd()).isEqualTo(5);
        }
    }

    private static void move(Cluster cluster) {
        var _ = cluster.run("proc", "migrate", JOB, "--to", "auto").require(0);
    }
}
