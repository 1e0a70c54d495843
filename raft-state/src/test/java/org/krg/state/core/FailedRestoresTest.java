// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.THIRD;

import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Refusal;
import org.krg.state.model.Generation;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.StartFault;
import org.krg.state.model.UnfitNode;
import org.krg.testkit.Samples;
import org.krg.testkit.Seeds;

class FailedRestoresTest {
    private static final String MISSING = "there is no table.bin";
    private static final int TRIES = 12;

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void whatIsTheNodesFaultLeavesTheGenerationAsGoodAsItWas() {
        var process = restoring(scene, Samples.spec());

        for (var node : List.of(AWAY, THIRD, AWAY, THIRD, AWAY)) {
            fail(process, node, StartFault.NODE);
        }

        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(2));
        assertThat(newest(process).isGood()).isTrue();
        assertThat(newest(process).restoreFailures()).isZero();
        assertThat(scene.process(process).failures()).isEmpty();
    }

    @Test
    void theProcessSaysWhatTheNodeLackedAndWhereToLook() {
        var process = restoring(scene, Samples.spec());

        fail(process, AWAY, StartFault.NODE);

        assertThat(((Phase.Waiting) scene.phase(process)).reason())
                .isEqualTo(
                        "node n2 could not bring it back from checkpoint %s.2: there is no table.bin; it"
                                        .formatted(process)
                                + " waits for a node that can, `krg-admin job explain heat` tells what each one"
                                + " lacks");
    }

    @Test
    void aNodeThatCouldNotIsLeftOutLongerAndLonger() {
        var process = restoring(scene, Samples.spec());

        for (var minutes : List.of(1, 2, 4, 8, 10, 10)) {
            fail(process, AWAY, StartFault.NODE);

            var unfit = unfit(process, AWAY);
            assertThat(unfit.until()).isEqualTo(scene.now().plus(Duration.ofMinutes(minutes)));
            assertThat(unfit.reason()).isEqualTo(MISSING);
            var node = scene.image().nodes().require(AWAY);
            assertThat(unfit.holds(node, scene.now())).isTrue();
            assertThat(unfit.holds(node, unfit.until())).isFalse();
            scene.later(Duration.ofMinutes(minutes));
        }
        assertThat(newest(process).unfit()).hasSize(1);
    }

    @Test
    void aNodeWhoseAgentStartsAnewIsTriedAgainAtOnce() {
        var process = restoring(scene, Samples.spec());
        fail(process, AWAY, StartFault.NODE);
        fail(process, THIRD, StartFault.NODE);

        scene.register(AWAY);

        var nodes = scene.image().nodes();
        assertThat(unfit(process, AWAY).holds(nodes.require(AWAY), scene.now())).isFalse();
        assertThat(unfit(process, THIRD).holds(nodes.require(THIRD), scene.now())).isTrue();
        fail(process, AWAY, StartFault.NODE);
        assertThat(unfit(process, AWAY).times()).isEqualTo(1);
    }

    @Test
    void anOperatorHasEveryNodeTriedAgain() {
        var process = restoring(scene, Samples.spec());
        fail(process, AWAY, StartFault.NODE);
        fail(process, THIRD, StartFault.NODE);

        scene.accept(new RestoreFrom(process, 2, scene.now()));

        assertThat(newest(process).unfit()).isEmpty();
        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(2));
    }

    @Test
    void anOperatorsOlderCheckpointIsNotLeftForANewerOneBecauseOfANode() {
        var process = restoring(scene, Samples.spec());
        fail(process, AWAY, StartFault.NODE);
        scene.accept(new RestoreFrom(process, 1, scene.now()));

        fail(process, AWAY, StartFault.NODE);
        fail(process, THIRD, StartFault.UNKNOWN);

        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(1));
    }

    @Test
    void aProcessThatMayNotBeginAgainWaitsToo() {
        var spec = Samples.with(Samples.spec(), RecoveryPolicy.CHECKPOINT_ONLY);
        var process = restoring(scene, spec);

        for (var i = 0; i < TRIES; i++) {
            fail(process, AWAY, StartFault.NODE);
        }

        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(2));
    }

    @Test
    void whatNobodyKnowsIsTakenForTheCheckpointsFaultWhereASecondNodeFails() {
        var process = restoring(scene, Samples.spec());

        fail(process, AWAY, StartFault.UNKNOWN);
        fail(process, AWAY, StartFault.UNKNOWN);
        scene.register(AWAY);
        fail(process, AWAY, StartFault.UNKNOWN);
        assertThat(newest(process).restoreFailures()).isEqualTo(1);
        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(2));

        fail(process, THIRD, StartFault.UNKNOWN);
        assertThat(newest(process).isGood()).isFalse();
        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(1));
    }

    @Test
    void whereThereIsOneNodeWhatNobodyKnowsCounts() {
        var alone = new Scene();
        alone.register(HOME);
        var process = alone.running("heat", Samples.spec(), HOME);
        alone.commit(process, 1, HOME);
        alone.accept(new RestoreFrom(process, 1, alone.now()));

        alone.accept(report(alone, process, StartFault.UNKNOWN));
        alone.place(process, HOME);
        alone.accept(report(alone, process, StartFault.UNKNOWN));

        assertThat(alone.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Waiting.class,
                        waiting -> assertThat(waiting.origin()).isEqualTo(new Origin.Beginning()));
    }

    @Test
    void aRemovedNodeIsForgotten() {
        var process = restoring(scene, Samples.spec());
        fail(process, THIRD, StartFault.NODE);
        scene.lose(THIRD);
        scene.accept(new RemoveNode(THIRD));

        fail(process, AWAY, StartFault.NODE);

        assertThat(newest(process).unfit()).extracting(UnfitNode::node).containsExactly(AWAY);
    }

    @Test
    void aJobThatIsToEndIsNotWaitedFor() {
        var process = restoring(scene, Samples.spec());
        scene.place(process, AWAY);
        scene.stop(process);

        scene.accept(report(scene, process, StartFault.NODE));

        assertThat(scene.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Ended.class,
                        ended -> assertThat(ended.outcome()).isEqualTo(new Outcome.Cancelled()));
    }

    @Test
    void aLongReasonIsCut() {
        var process = restoring(scene, Samples.spec());
        scene.place(process, AWAY);

        scene.accept(
                new ReportStartFailed(
                        process,
                        scene.epoch(process),
                        AWAY,
                        "x".repeat(100_000),
                        false,
                        125,
                        scene.now(),
                        StartFault.NODE));

        assertThat(unfit(process, AWAY).reason()).hasSize(UnfitNode.MAX_REASON);
    }

    @Test
    void aNewCheckpointCannotHaveFailedAnywhereYet() {
        var process = scene.running("heat", Samples.spec(), HOME);
        var generation =
                Samples.generation(process, 1, scene.epoch(process), HOME)
                        .withUnfit(
                                List.of(
                                        new UnfitNode(
                                                AWAY, 1, 1, scene.now().plusSeconds(60), MISSING)));

        scene.refuse(Refusal.INVALID, new CommitGeneration(generation, 1));
    }

    /// Whatever nodes fail, in whatever order, for reasons of their own or for ones that nobody
    /// knows: nothing older is taken before two of them failed for one that nobody knows.
    @Test
    void noNumberOfNodesThatCannotTakesAProgramBackFurtherThanItsNewestCheckpoint() {
        Seeds.run(
                200,
                random -> {
                    var tried = Scene.withThreeNodes();
                    var process = restoring(tried, Samples.spec());
                    tried.register(HOME);
                    var puzzled = new TreeSet<NodeId>();
                    var nodes = List.of(HOME, AWAY, THIRD);
                    for (var i = 0; i < TRIES && puzzled.size() < 2; i++) {
                        var node = nodes.get(random.nextInt(nodes.size()));
                        if (random.nextInt(4) == 0) {
                            tried.register(node);
                        }
                        var known = random.nextInt(5) > 0;
                        var fault = known ? StartFault.NODE : StartFault.UNKNOWN;
                        var wasThere =
                                tried.generation(process, 2).orElseThrow().unfit().stream()
                                        .anyMatch(it -> it.node().equals(node));
                        if (!known && !wasThere) {
                            puzzled.add(node);
                        }
                        tried.place(process, node);
                        tried.accept(report(tried, process, fault));
                        tried.later(Duration.ofSeconds(random.nextInt(900)));

                        var expected = new Origin.Checkpoint(puzzled.size() < 2 ? 2 : 1);
                        assertThat(((Phase.Waiting) tried.phase(process)).origin())
                                .isEqualTo(expected);
                    }
                });
    }

    /// {@return a process with two generations that waits, its node lost}
    private static ProcessId restoring(Scene scene, JobSpec spec) {
        var process = scene.running("heat", spec, HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.commit(process, 2, HOME, AWAY);
        scene.lose(HOME);
        return process;
    }

    private void fail(ProcessId process, NodeId node, StartFault fault) {
        scene.place(process, node);
        scene.accept(report(scene, process, fault));
    }

    private static ReportStartFailed report(Scene scene, ProcessId process, StartFault fault) {
        return new ReportStartFailed(
                process,
                scene.epoch(process),
                scene.host(process),
                MISSING,
                false,
                125,
                scene.now(),
                fault);
    }

    private Generation newest(ProcessId process) {
        return scene.generation(process, 2).orElseThrow();
    }

    private UnfitNode unfit(ProcessId process, NodeId node) {
        return newest(process).unfit().stream()
                .filter(it -> it.node().equals(node))
                .findFirst()
                .orElseThrow();
    }

    private Origin origin(ProcessId process) {
        return ((Phase.Waiting) scene.phase(process)).origin();
    }
}
