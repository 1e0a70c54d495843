// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;

/// Policies that users write decide where their programs go.
@ExtendWith(SharedCluster.class)
class PolicyTest {
    /// Of whom no other test runs anything.
    private static final String USER = "nobody";

    private static final Duration SOON = Duration.ofMinutes(1);
    private static final String PACKED =
            """
            [policy]
            name = "packed"

            [place]
            score = [{ expr = "node.tasks_of_user", label = "there" }]
            """;

    private static final String SPREAD =
            """
            [policy]
            name = "spread"

            [place]
            score = ["-node.tasks_of_user"]

            [rebalance]
            when = "node.tasks_of_user > 0.0"
            every = "1s"
            residency = "1s"
            gain = 1.0
            """;

    @TempDir private Path directory;

    private final List<String> started = new ArrayList<>();
    private final Cluster cluster;

    PolicyTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void allNodesAreReady() {
        cluster.awaitReady();
    }

    @Test
    void aPolicyDecidesAsSoonAsItIsActivatedUntilItIsRolledBack() {
        var first = run("p1");
        assertThat(cluster.run("policy", "try", file(PACKED), "p1").require(0).out())
                .contains("p1/0 would go to");
        assertThat(decision("p1")).contains("Policy least-loaded@");

        cluster.run("policy", "apply", file(PACKED), "--activate").require(0);
        assertThat(List.of(run("p2"), run("p3"))).containsOnly(first);
        assertThat(decision("p3")).contains("Policy packed@1 chose").contains("there: 2.000");

        cluster.run("policy", "rollback").require(0);
        assertThat(run("p4")).isNotEqualTo(first);
    }

    @Test
    void aPolicyMovesWhatRunsAndThenLetsItBe() {
        cluster.run("policy", "apply", file(PACKED), "--activate").require(0);
        var together = List.of(run("p9"), run("p10"));
        assertThat(together.getFirst()).isEqualTo(together.getLast());

        cluster.run("policy", "apply", file(SPREAD), "--activate").require(0);

        Await.until("one to move", SOON, () -> !node("p9").equals(node("p10")));
        var moved = node("p9").equals(together.getFirst()) ? "p10" : "p9";
        cluster.awaitPhase(moved, "running", SOON);
        assertThat(decision(moved)).contains("policy spread@").contains("stood still for");
        assertThat(
                        cluster.run("op", "list", "--all", "-o", "json")
                                .require(0)
                                .json()
                                .path("operations"))
                .filteredOn(it -> it.path("target").asText().matches("p(9|10)/0"))
                .hasSize(1);
    }

    @Test
    void aPolicyThatFailsMisplacesNothingAndSaysSo() {
        var odd =
                """
                policy.name = "odd"
                place.score = ["1.0 / (node.cpus - node.cpus)"]
                """;
        cluster.run("policy", "apply", file(odd), "--activate").require(0);

        run("p6");

        assertThat(decision("p6"))
                .contains("because odd@1 failed")
                .contains("odd@1 had: the policy failed")
                .contains("Infinity");
    }

    @Test
    void aPolicyThatRejectsEveryNodeHasTheJobWaitAndSayWhy() {
        var none =
                """
                policy.name = "none"
                policy.select = "task.name == 'p7'"
                place.filter = [{ expr = "node.name == 'nowhere'", why = "it is not nowhere" }]
                """;
        cluster.run("policy", "apply", file(none), "--activate").require(0);
        submit("p7");
        run("p8");

        cluster.awaitPhase("p7", "waiting", SOON);
        assertThat(decision("p7")).contains("Policy none@1 found no node").contains("not nowhere");
        cluster.run("policy", "activate", "built-in").require(0);
        cluster.awaitPhase("p7", "running", SOON);
    }

    private String run(String name) {
        submit(name);
        cluster.awaitPhase(name, "running", SOON);
        return node(name);
    }

    private void submit(String name) {
        cluster.run("run", "--name", name, "--user", USER, "--cwd", "/", "--", "sleep", "1000")
                .require(0);
        started.add(name);
    }

    private String node(String name) {
        return cluster.process(name).path("node").asText();
    }

    private String decision(String name) {
        return cluster.run("job", "explain", name).require(0).out();
    }

    private String file(String text) {
        try {
            return Files.writeString(directory.resolve("policy.toml"), text).toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @AfterEach
    void krgsOwnPolicyDecidesAgain() {
        cluster.run("policy", "activate", "built-in").require(0);
        started.forEach(job -> cluster.run("job", "stop", job, "-s", "KILL").require(0));
    }
}
