// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.THIRD;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.command.AccessCommand.LimitCheckpoints;
import org.krg.state.command.GenerationCommand.AddCopy;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.GenerationCommand.ReportCheckpointFailed;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Refusal;
import org.krg.state.event.GenerationEvent;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

class GenerationRulesTest {
    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aCommittedGenerationExists() {
        var process = scene.running("heat", Samples.spec(), HOME);

        var generation = scene.commit(process, 1, HOME, AWAY);

        assertThat(scene.generation(process, 1)).contains(generation);
        assertThat(scene.process(process).lastGeneration()).isEqualTo(1);
    }

    @Test
    void aGenerationOfAnotherIncarnationIsRefused() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.lose(HOME);
        scene.place(process, AWAY);
        scene.refuse(Refusal.CONFLICT, commit(process, 1, 2, AWAY, THIRD));
        scene.start(process);

        scene.refuse(Refusal.CONFLICT, commit(process, 1, 1, AWAY, THIRD));
        scene.refuse(Refusal.CONFLICT, commit(process, 1, 3, AWAY, THIRD));
        scene.accept(commit(process, 1, 2, AWAY, THIRD));
    }

    @Test
    void aGenerationOfAProcessThatNobodyKnowsIsRefused() {
        scene.refuse(Refusal.NOT_FOUND, commit(new ProcessId(77), 1, 1, HOME, AWAY));
    }

    @Test
    void numbersOfGenerationsOnlyGrowEvenAfterADrop() {
        var process = scene.running("heat", Samples.spec(), HOME);
        for (var number = 1; number <= 3; number++) {
            scene.commit(process, number, HOME, AWAY);
        }
        scene.accept(new DropGeneration(new GenerationId(process, 1)));

        scene.refuse(Refusal.CONFLICT, commit(process, 1, 1, HOME, AWAY));
        scene.refuse(Refusal.CONFLICT, commit(process, 3, 1, HOME, AWAY));
        scene.accept(commit(process, 7, 1, HOME, AWAY));
    }

    @Test
    void aNewGenerationHasNotFailedYet() {
        var process = scene.running("heat", Samples.spec(), HOME);
        var failed = Samples.generation(process, 1, new Epoch(1), HOME, AWAY).restoreFailed();

        scene.refuse(Refusal.INVALID, new CommitGeneration(failed, 1));
    }

    @Test
    void oneCopyIsNotEnoughWhereASecondNodeIsReady() {
        var process = scene.running("heat", specWithCopies(1), HOME);

        assertThat(scene.refuse(Refusal.CONFLICT, commit(process, 1, 1, HOME)))
                .contains("has 1 copies and needs 2");
    }

    @Test
    void oneCopyIsEnoughWhereNoOtherNodeIsReady() {
        var alone = new Scene();
        alone.register(HOME);
        var process = alone.running("heat", specWithCopies(3), HOME);

        alone.commit(process, 1, HOME);

        assertThat(alone.generation(process, 1)).isPresent();
    }

    @Test
    void asManyCopiesAsTheJobAsksForAreNeededWhereSoManyNodesAreReady() {
        var process = scene.running("heat", specWithCopies(3), HOME);
        scene.refuse(Refusal.CONFLICT, commit(process, 1, 1, HOME, AWAY));

        scene.lose(THIRD);

        scene.accept(commit(process, 1, 1, HOME, AWAY));
    }

    @Test
    void aProposerGetsAsManyCopiesAsItWants() {
        var process = scene.running("heat", Samples.spec(), HOME);
        var generation = Samples.generation(process, 1, new Epoch(1), HOME, AWAY);

        scene.refuse(Refusal.CONFLICT, new CommitGeneration(generation, 3));
    }

    @Test
    void copiesAreOnKnownNodesEachNamedOnce() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.refuse(Refusal.CONFLICT, commit(process, 1, 1, HOME, new NodeId("nobody")));
        scene.refuse(Refusal.CONFLICT, commit(process, 1, 1, HOME, HOME));
        scene.commit(process, 1, HOME, AWAY);

        scene.refuse(Refusal.CONFLICT, copies(process, 1, HOME, HOME));
        scene.refuse(Refusal.CONFLICT, copies(process, 1, new NodeId("nobody")));
    }

    @Test
    void theTwoNewestGoodGenerationsOfALivingProcessAreKept() {
        var process = scene.running("heat", Samples.spec(), HOME);
        for (var number = 1; number <= 3; number++) {
            scene.commit(process, number, HOME, AWAY);
        }

        scene.refuse(Refusal.CONFLICT, drop(process, 3));
        scene.refuse(Refusal.CONFLICT, drop(process, 2));
        scene.accept(drop(process, 1));

        assertThat(scene.generation(process, 1)).isEmpty();
    }

    @Test
    void aGenerationThatIsNotGoodCountsForNothingAndMayGo() {
        var process = scene.running("heat", Samples.spec(), HOME);
        for (var number = 1; number <= 3; number++) {
            scene.commit(process, number, HOME, AWAY);
        }
        scene.accept(copies(process, 3));

        scene.refuse(Refusal.CONFLICT, drop(process, 1));
        scene.accept(drop(process, 3));
        scene.refuse(Refusal.CONFLICT, drop(process, 2));
    }

    @Test
    void aGenerationThatAProcessGoesOnFromIsKept() {
        var process = scene.running("heat", Samples.spec(), HOME);
        for (var number = 1; number <= 3; number++) {
            scene.commit(process, number, HOME, AWAY);
        }
        scene.accept(new CordonNode(HOME, true));
        scene.accept(new RestoreFrom(process, 1, scene.now()));
        assertThat(scene.refuse(Refusal.CONFLICT, drop(process, 1))).contains("being restored");
        scene.later(Duration.ofSeconds(11)).place(process, AWAY);
        scene.refuse(Refusal.CONFLICT, drop(process, 1));

        scene.start(process);

        scene.accept(drop(process, 1));
    }

    @Test
    void everyGenerationOfAnEndedProcessMayGo() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.exit(process, 0);

        scene.accept(drop(process, 1));

        assertThat(scene.image().generations().size()).isZero();
    }

    @Test
    void aGenerationThatIsNotThereIsNeitherDroppedNorCopied() {
        var process = scene.running("heat", Samples.spec(), HOME);

        scene.refuse(Refusal.NOT_FOUND, drop(process, 1));
        scene.refuse(Refusal.NOT_FOUND, copies(process, 1, HOME));
    }

    @Test
    void anotherSetOfCopiesIsRecordedOnce() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);

        assertThat(scene.accept(copies(process, 1, AWAY, THIRD))).hasSize(1);
        assertThat(scene.accept(copies(process, 1, AWAY, THIRD))).isEmpty();

        assertThat(scene.generation(process, 1).orElseThrow().copies())
                .containsExactly(AWAY, THIRD);
    }

    @Test
    void aCopyThatWasMadeAgainIsOneMoreAndRecordedOnce() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        var id = new GenerationId(process, 1);

        assertThat(scene.accept(new AddCopy(id, THIRD))).hasSize(1);
        assertThat(scene.accept(new AddCopy(id, THIRD))).isEmpty();
        scene.refuse(Refusal.CONFLICT, new AddCopy(id, new NodeId("nobody")));
        scene.refuse(Refusal.NOT_FOUND, new AddCopy(new GenerationId(process, 2), THIRD));

        assertThat(scene.generation(process, 1).orElseThrow().copies())
                .containsExactly(HOME, AWAY, THIRD);
    }

    @Test
    void aProcessThatWaitsForAGenerationWithoutCopiesTurnsToAnOlderOne() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.commit(process, 2, HOME, AWAY);
        scene.lose(HOME);

        scene.accept(copies(process, 2));

        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Waiting(
                                new Origin.Checkpoint(1),
                                scene.now(),
                                "no node holds checkpoint 2"));
    }

    @Test
    void aCheckpointThatFailedIsTold() {
        var process = scene.running("heat", Samples.spec(), HOME);

        var events =
                scene.accept(new ReportCheckpointFailed(process, new Epoch(1), "io_uring, fd 7"));

        assertThat(events)
                .containsExactly(
                        new GenerationEvent.Failed(process, new Epoch(1), "io_uring, fd 7"));
    }

    @Test
    void aCheckpointOfAnotherIncarnationDidNotFail() {
        var process = scene.running("heat", Samples.spec(), HOME);

        scene.refuse(Refusal.CONFLICT, new ReportCheckpointFailed(process, Epoch.ZERO, "no space"));
        scene.refuse(
                Refusal.NOT_FOUND,
                new ReportCheckpointFailed(new ProcessId(77), new Epoch(1), "no space"));
    }

    @Test
    void aNodeThatComesBackWithItsStorageStillHoldsItsCopies() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.lose(AWAY);

        scene.accept(new RegisterNode(Samples.node(AWAY, 1), scene.now()));

        assertThat(scene.generation(process, 1).orElseThrow().copies()).containsExactly(HOME, AWAY);
    }

    @Test
    void forTheQuotaOlderOnesGoFirst() {
        // Each counts its new bytes in two copies, the oldest all of it.
        var one = Samples.generation(new ProcessId(1), 1, new Epoch(1), HOME, AWAY);
        var quota = 2 * (one.imageBytes() + one.storedBytes());
        var process = scene.running("heat", specWithQuota(quota), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.commit(process, 2, HOME, AWAY);

        scene.commit(process, 3, HOME, AWAY);

        assertThat(scene.generation(process, 1)).isEmpty();
        assertThat(scene.generation(process, 2)).isPresent();
        assertThat(scene.generation(process, 3)).isPresent();
    }

    @Test
    void whatTheQuotaLeavesNoRoomForIsNotKeptAndItsNumberIsUsed() {
        var one = Samples.generation(new ProcessId(1), 1, new Epoch(1), HOME, AWAY);
        var process = scene.running("heat", specWithQuota(2 * one.imageBytes()), HOME);
        scene.commit(process, 1, HOME, AWAY);

        var events = scene.accept(commit(process, 2, 1, HOME, AWAY));

        assertThat(events).last().isInstanceOf(GenerationEvent.Dropped.class);
        assertThat(events.getLast().toString()).contains("its quota is", "checkpoint rm");
        assertThat(scene.generation(process, 1)).isPresent();
        assertThat(scene.generation(process, 2)).isEmpty();
        assertThat(scene.process(process).lastGeneration()).isEqualTo(2);
    }

    @Test
    void theQuotaOfTheirOwnerIsOfAllJobsTogether() {
        var one = Samples.generation(new ProcessId(1), 1, new Epoch(1), HOME, AWAY);
        var whole = 2 * one.imageBytes();
        var heat = scene.running("heat", Samples.spec(), HOME);
        var cold = scene.running("cold", Samples.spec(), HOME);
        scene.accept(new LimitCheckpoints(Samples.ALICE.name(), 2 * whole));
        scene.commit(heat, 1, HOME, AWAY);
        scene.commit(cold, 1, HOME, AWAY);

        var second = Samples.generation(heat, 2, scene.epoch(heat), HOME, AWAY);
        var events = scene.accept(new CommitGeneration(second, 2));

        assertThat(events.getLast().toString())
                .contains(
                        "quota of its owner alice", "checkpoint rm", "checkpoint quota set alice");
        assertThat(scene.generation(heat, 1)).isPresent();
        assertThat(scene.generation(heat, 2)).isEmpty();
        assertThat(scene.generation(cold, 1)).isPresent();
        assertThat(CheckpointQuota.use(scene.image(), "alice")).isEqualTo(2 * whole);

        scene.accept(new LimitCheckpoints(Samples.ALICE.name(), 0));
        scene.commit(heat, 3, HOME, AWAY);
    }

    @Test
    void forTheQuotaOfTheirOwnerOlderOnesOfTheSameJobGo() {
        var one = Samples.generation(new ProcessId(1), 1, new Epoch(1), HOME, AWAY);
        var heat = scene.running("heat", Samples.spec(), HOME);
        var cold = scene.running("cold", Samples.spec(), HOME);
        scene.accept(new LimitCheckpoints("", 4 * one.imageBytes() + 2 * one.storedBytes()));
        scene.commit(cold, 1, HOME, AWAY);
        for (var number = 1; number <= 4; number++) {
            scene.commit(heat, number, HOME, AWAY);
        }

        assertThat(scene.image().generationsOf(heat))
                .extracting(it -> it.id().number())
                .containsExactly(3L, 4L);
        assertThat(scene.generation(cold, 1)).isPresent();
    }

    @Test
    void aLimitOfOnesOwnCountsInsteadOfThatOfEverybody() {
        scene.accept(new LimitCheckpoints("", 1));
        scene.accept(new LimitCheckpoints("alice", 1L << 40));
        var heat = scene.running("heat", Samples.spec(), HOME);

        scene.commit(heat, 1, HOME, AWAY);

        assertThat(scene.generation(heat, 1)).isPresent();
        assertThat(scene.accept(new LimitCheckpoints("alice", 1L << 40))).isEmpty();
        scene.refuse(Refusal.INVALID, new LimitCheckpoints("alice", -1));
        scene.refuse(Refusal.INVALID, new LimitCheckpoints("no name", 1));
    }

    @Test
    void aQuotaThatWhatStaysHasUsedUpIsFullBeforeAnyCheckpoint() {
        var one = Samples.generation(new ProcessId(1), 1, new Epoch(1), HOME, AWAY);
        var whole = 2 * one.imageBytes();
        var enough = scene.running("enough", specWithQuota(whole), HOME);
        var small = scene.running("small", specWithQuota(whole), HOME);
        assertThat(full(enough)).isEmpty();
        scene.commit(enough, 1, HOME, AWAY);
        scene.commit(small, 1, HOME, AWAY);
        // What a new one takes is not known yet.
        assertThat(full(enough)).isEmpty();

        scene.accept(new LimitCheckpoints("", whole - 1));

        assertThat(full(small).orElseThrow())
                .contains("small", whole + " bytes", "quota of its owner alice leaves it 0");
        scene.accept(new LimitCheckpoints("", 0));
        assertThat(full(small)).isEmpty();
    }

    @Test
    void aQuotaIsNotFullByWhatWouldGoForANewCheckpoint() {
        var one = Samples.generation(new ProcessId(1), 1, new Epoch(1), HOME, AWAY);
        var heat = scene.running("heat", Samples.spec(), HOME);
        for (var number = 1; number <= 3; number++) {
            scene.commit(heat, number, HOME, AWAY);
        }

        scene.accept(new LimitCheckpoints("", 2 * one.imageBytes()));
        assertThat(full(heat)).isEmpty();
        scene.accept(new LimitCheckpoints("", 2 * one.imageBytes() - 1));
        assertThat(full(heat)).isPresent();
    }

    @Test
    void nothingIsBegunOfAJobThatTheOthersOfItsOwnerLeaveNothing() {
        var cold = scene.running("cold", Samples.spec(), HOME);
        scene.commit(cold, 1, HOME, AWAY);
        var used = CheckpointQuota.use(scene.image(), "alice");
        var heat = scene.running("heat", Samples.spec(), HOME);
        scene.accept(new LimitCheckpoints("alice", used));

        assertThat(full(heat).orElseThrow()).contains("0 bytes", "leaves it 0");
        scene.accept(new LimitCheckpoints("alice", used + 1));
        assertThat(full(heat)).isEmpty();
    }

    private Optional<String> full(ProcessId process) {
        var image = scene.image();
        return CheckpointQuota.full(image, image.jobs().require(scene.process(process).job()));
    }

    private static JobSpec specWithQuota(long quotaBytes) {
        return Samples.with(
                Samples.spec(),
                new CheckpointPolicy(
                        Engine.CRIU,
                        new CheckpointSchedule.OnDemand(),
                        2,
                        1L << 30,
                        2,
                        Duration.ZERO,
                        quotaBytes,
                        Optional.empty()));
    }

    private static CommitGeneration commit(
            ProcessId process, long number, long epoch, NodeId... copies) {
        return new CommitGeneration(
                Samples.generation(process, number, new Epoch(epoch), copies), 1);
    }

    private static DropGeneration drop(ProcessId process, long number) {
        return new DropGeneration(new GenerationId(process, number));
    }

    private static ReportCopies copies(ProcessId process, long number, NodeId... copies) {
        return new ReportCopies(new GenerationId(process, number), List.of(copies));
    }

    private static JobSpec specWithCopies(int copies) {
        return Samples.with(
                Samples.spec(),
                new CheckpointPolicy(Engine.CRIU, Duration.ZERO, copies, 1L << 30, 2));
    }
}
