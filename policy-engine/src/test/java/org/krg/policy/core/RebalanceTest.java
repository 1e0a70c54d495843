// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.policy.core.Clusters.NOW;
import static org.krg.policy.core.Clusters.node;
import static org.krg.policy.core.Clusters.process;
import static org.krg.policy.core.Clusters.situation;
import static org.krg.policy.core.Clusters.spec;
import static org.krg.policy.core.Clusters.waiting;
import static org.krg.policy.core.Clusters.with;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.krg.policy.core.Judge.Opinion;
import org.krg.policy.model.Ledger;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

class RebalanceTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final Rebalance RULE =
            new Rebalance(
                    values -> "n1".equals(values.get("node.name")),
                    Duration.ofSeconds(10),
                    0.5,
                    Duration.ofMinutes(1),
                    1);

    @Test
    void whoWasThereLongestMovesFirstAndWhoHasJustComeStays() {
        var image = running(running(running(nodes(), 1, 70), 2, 59), 3, 90);

        assertThat(ids(RULE.candidates(image, NOW))).containsExactly(3L, 1L);
    }

    @Test
    void whatStandsStillOrMovesOrWaitsIsLeftAlone() {
        var frozen = process(1, phase(90)).withFrozen(true);
        var image = with(nodes(), spec(1_000, Duration.ZERO), frozen);
        image =
                with(
                        image,
                        spec(1_000, Duration.ZERO),
                        process(2, waiting(new Origin.Beginning())));

        assertThat(RULE.candidates(image, NOW)).isEmpty();
    }

    @Test
    void whatIsOnALostOrCordonedNodeIsForOthersToMove() {
        var cordoned = with(running(nodes(), 1, 90), node("n1").cordoned(true));
        var lost = with(running(nodes(), 1, 90), node("n1").inState(Node.State.LOST, NOW));

        assertThat(RULE.candidates(cordoned, NOW)).isEmpty();
        assertThat(RULE.candidates(lost, NOW)).isEmpty();
    }

    @Test
    void nothingMovesWhileAsManyMoveAsMay() {
        var image = moving(running(running(nodes(), 1, 90), 2, 90), 2);
        var two = new Rebalance(RULE.when(), RULE.every(), RULE.gain(), RULE.residency(), 2);

        assertThat(RULE.candidates(image, NOW)).isEmpty();
        assertThat(ids(two.candidates(image, NOW))).containsExactly(1L);
    }

    @Test
    void aNodeIsBetterByTheGainOrMore() {
        assertThat(better(N1, 1, 1.5)).map(Move::to).contains(N2);
        assertThat(better(N1, 1, 1.49)).isEmpty();
        assertThat(better(N1, 1, 0)).isEmpty();
    }

    @Test
    void whatThePolicyDoesNotWantMovedStays() {
        assertThat(better(N2, 9, 1)).isEmpty();
    }

    @Test
    void whereAProcessWouldNotComeItDoesNotStay() {
        assertThat(better(N1, Double.NaN, -3))
                .map(Move::why)
                .contains("policy mine@1 scores n2 -3.000 and n1 not: it is full");
    }

    @Test
    void whoMovesBackWaitsTenTimesAsLong() {
        var image = moved(running(nodes(), 1, 90), 1, NOW.minusSeconds(599));

        assertThat(RULE.isWayBack(image, new ProcessId(1), N1, NOW)).isTrue();
        assertThat(RULE.isWayBack(image, new ProcessId(1), N1, NOW.plusSeconds(1))).isFalse();
        assertThat(RULE.isWayBack(image, new ProcessId(1), N2, NOW)).isFalse();
        assertThat(RULE.isWayBack(image, new ProcessId(2), N1, NOW)).isFalse();
    }

    @Test
    void oneWhoseNodeDoesNotAnswerStays() {
        var facts = new TreeMap<>(seen().facts());
        facts.put(N1, ProgramFacts.unknown("it did not answer"));
        var silent = new Situation(seen().image(), Ledger.EMPTY, facts, NOW);
        Judge equal = _ -> new Opinion(List.of(), 1, List.of(), false);

        assertThat(new JudgedPolicy("mine@1", equal).better(silent, undecided(), N1, RULE))
                .isEmpty();
    }

    @Test
    void oneWhoseNodeCannotBeJudgedStays() {
        Judge failing =
                values ->
                        "n1".equals(values.get("node.name"))
                                ? new Opinion(List.of("by zero"), 0, List.of(), true)
                                : new Opinion(List.of(), 1, List.of(), false);

        assertThat(new JudgedPolicy("mine@1", failing).better(seen(), undecided(), N1, RULE))
                .isEmpty();
    }

    @Test
    void aPolicyThatFailsMovesNothing() {
        Judge failing = _ -> new Opinion(List.of("by zero"), 0, List.of(), true);

        assertThat(new JudgedPolicy("mine@1", failing).better(seen(), undecided(), N1, RULE))
                .isEmpty();
    }

    /// @param here the score of n1; not a number: it is rejected
    private static Optional<Move> better(NodeId present, double here, double there) {
        Judge judge =
                values -> {
                    var score = "n1".equals(values.get("node.name")) ? here : there;
                    return Double.isNaN(score)
                            ? new Opinion(List.of("it is full"), 0, List.of(), false)
                            : new Opinion(List.of(), score, List.of(), false);
                };
        return new JudgedPolicy("mine@1", judge).better(seen(), undecided(), present, RULE);
    }

    private static HostedProcess undecided() {
        return process(1, waiting(new Origin.Beginning()));
    }

    private static Situation seen() {
        return situation(with(nodes(), spec(1_000, Duration.ZERO), undecided()), Ledger.EMPTY);
    }

    private static ClusterImage nodes() {
        return with(ClusterImage.EMPTY, node("n1"), node("n2"));
    }

    private static Phase phase(long seconds) {
        return new Phase.Running(N1, new Origin.Beginning(), NOW.minusSeconds(seconds));
    }

    private static ClusterImage running(ClusterImage image, long number, long seconds) {
        return with(image, spec(1_000, Duration.ZERO), process(number, phase(seconds)));
    }

    private static ClusterImage moving(ClusterImage image, long process) {
        return migrating(image, process, new Migration.Step.Warming());
    }

    private static ClusterImage moved(ClusterImage image, long process, Instant at) {
        return migrating(image, process, new Migration.Step.Moved(1, Duration.ZERO, at));
    }

    private static ClusterImage migrating(ClusterImage image, long process, Migration.Step step) {
        var migration =
                new Migration(
                        new MigrationId(50),
                        new Migration.Route(
                                new ProcessId(process), N1, N2, new Epoch(1), new Epoch(2)),
                        Migration.Mode.WARM,
                        Duration.ofMinutes(5),
                        Instant.EPOCH,
                        "",
                        Migration.Sent.NOTHING,
                        step);
        return image.withMigrations(image.migrations().with(migration.id(), migration));
    }

    private static List<Long> ids(List<HostedProcess> processes) {
        return processes.stream().map(process -> process.id().value()).toList();
    }
}
