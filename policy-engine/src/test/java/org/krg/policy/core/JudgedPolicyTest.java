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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.policy.core.Judge.Opinion;
import org.krg.policy.model.Ledger;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Resources;
import org.krg.state.model.Verdict;

class JudgedPolicyTest {
    private static final Origin START = new Origin.Beginning();
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final JobSpec ONE_CORE = spec(1_000, Duration.ZERO);
    private static final HostedProcess NEW = process(9, waiting(START));
    private static final ClusterImage TWO_NODES =
            with(with(ClusterImage.EMPTY, node("n1"), node("n2")), ONE_CORE, NEW);

    @Test
    void theLargestScoreIsChosenAndTheReasonsAreKept() {
        var decision =
                place(
                        TWO_NODES,
                        values -> score("n2".equals(values.get("node.name")) ? 2 : 1, "by name"));

        assertThat(decision.policy()).isEqualTo("mine@1");
        assertThat(decision.chosen()).contains(N2);
        assertThat(decision.verdicts()).extracting(Verdict::score).containsExactly(1.0, 2.0);
        assertThat(decision.verdicts().getFirst().reasons()).containsExactly("by name");
    }

    @Test
    void noPolicyChoosesANodeThatKrgsOwnRulesReject() {
        var cordoned = with(TWO_NODES, node("n1").cordoned(true));

        var decision = place(cordoned, values -> score(1, ""));

        assertThat(decision.chosen()).contains(N2);
        assertThat(decision.verdicts().getFirst().reasons().getFirst()).contains("cordoned");
    }

    @Test
    void whereItRejectsEveryNodeNothingIsChosen() {
        var decision =
                place(TWO_NODES, _ -> new Opinion(List.of("not today"), 0, List.of(), false));

        assertThat(decision.chosen()).isEmpty();
        assertThat(decision.verdicts())
                .allMatch(verdict -> verdict.reasons().equals(List.of("not today")));
    }

    @Test
    void whereItFailsKrgsOwnPolicyDecidesAndSaysWhy() {
        var decision = place(TWO_NODES, _ -> new Opinion(List.of("by zero"), 0, List.of(), true));

        assertThat(decision.chosen()).contains(N1);
        assertThat(decision.policy()).isEqualTo("least-loaded@2, because mine@1 failed");
        assertThat(decision.verdicts().getFirst().reasons()).contains("mine@1 had: by zero");
    }

    @Test
    void krgsOwnDecidesOnlyBetweenNodesForWhichItFailed() {
        var decision =
                place(
                        TWO_NODES,
                        values ->
                                "n1".equals(values.get("node.name"))
                                        ? new Opinion(List.of("not here"), 0, List.of(), false)
                                        : new Opinion(List.of("by zero"), 0, List.of(), true));

        assertThat(decision.chosen()).contains(N2);
        assertThat(decision.verdicts().getFirst().feasible()).isFalse();
    }

    @Test
    void whereItFailsForOneNodeAnotherIsChosen() {
        var decision =
                place(
                        TWO_NODES,
                        values ->
                                "n1".equals(values.get("node.name"))
                                        ? new Opinion(List.of("by zero"), 0, List.of(), true)
                                        : score(0, ""));

        assertThat(decision.chosen()).contains(N2);
        assertThat(decision.policy()).isEqualTo("mine@1");
    }

    @Test
    void whatIsThereAndWhatWasJustPlacedIsCounted() {
        var busy =
                with(
                        with(TWO_NODES, ONE_CORE, process(1, new Phase.Running(N1, START, NOW))),
                        ONE_CORE,
                        process(2, waiting(START)));
        var ledger =
                Ledger.EMPTY.with(
                        new Ledger.Entry(
                                new ProcessId(2), new Epoch(1), N1, new Resources(1_000, 0)));
        var observation = new Observation(situation(busy, ledger), NEW);

        var first = observation.of(busy.nodes().require(N1), 0.5);
        assertThat(first)
                .containsEntry("node.tasks", 2.0)
                .containsEntry("node.tasks_of_user", 2.0)
                .containsEntry("node.tasks_of_job", 0.0)
                .containsEntry("node.least_loaded", 0.5)
                .containsEntry("task.cpus", 1.0);
        var offered = busy.nodes().require(N1).capacity().cpuMillis() / 1_000.0;
        assertThat(first).containsEntry("node.cpus_free", offered - 2);
        assertThat(observation.of(busy.nodes().require(N2), 0)).containsEntry("node.tasks", 0.0);
    }

    private static Opinion score(double score, String reason) {
        return new Opinion(List.of(), score, List.of(reason), false);
    }

    private static PlacementDecision place(ClusterImage image, Judge judge) {
        return new JudgedPolicy("mine@1", judge).place(situation(image, Ledger.EMPTY), NEW);
    }
}
