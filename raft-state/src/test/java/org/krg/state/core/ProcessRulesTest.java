// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.RecordUnplaced;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Refusal;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

class ProcessRulesTest {
    private static final ProcessId NOBODY = new ProcessId(77);

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aPlacedProcessStartsOnItsNodeInTheNextEpoch() {
        var process = scene.submit("heat", Samples.spec());

        scene.place(process, HOME);

        assertThat(scene.phase(process))
                .isEqualTo(new Phase.Starting(HOME, new Origin.Beginning(), scene.now()));
        assertThat(scene.epoch(process)).isEqualTo(new Epoch(1));
        assertThat(scene.process(process).decision()).contains(Samples.chooses(HOME));
        assertThat(scene.process(process).lastNode()).contains(HOME);
    }

    @Test
    void aProcessIsPlacedOnlyOnce() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);

        scene.refuse(Refusal.CONFLICT, place(process, 1, AWAY));
        scene.refuse(Refusal.CONFLICT, place(process, 0, AWAY));
        scene.start(process);
        scene.refuse(Refusal.CONFLICT, place(process, 1, AWAY));
    }

    @Test
    void aPlacementForAnotherEpochIsRefused() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.lose(HOME);

        scene.refuse(Refusal.CONFLICT, place(process, 0, AWAY));
        scene.refuse(Refusal.CONFLICT, place(process, 2, AWAY));
        scene.accept(place(process, 1, AWAY));
    }

    @Test
    void aProcessIsPlacedOnReadyNodesOnly() {
        var process = scene.submit("heat", Samples.spec());
        scene.lose(AWAY);

        scene.refuse(Refusal.CONFLICT, place(process, 0, AWAY));
        scene.refuse(Refusal.CONFLICT, place(process, 0, new NodeId("nobody")));
    }

    @Test
    void aProcessIsNotPlacedBeforeItsTime() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);
        scene.failStart(process, "no space");

        assertThat(scene.refuse(Refusal.CONFLICT, place(process, 1, HOME)))
                .contains("not before " + scene.now().plusSeconds(1));
        scene.later(Duration.ofSeconds(1));
        scene.accept(place(process, 1, HOME));
    }

    @Test
    void aPlacementFollowsItsDecision() {
        var process = scene.submit("heat", Samples.spec());

        scene.refuse(
                Refusal.INVALID,
                new Place(process, Epoch.ZERO, HOME, Samples.chooses(AWAY), scene.now()));
    }

    @Test
    void nothingIsDoneToAProcessThatNobodyKnows() {
        scene.refuse(Refusal.NOT_FOUND, place(NOBODY, 0, HOME));
        scene.refuse(Refusal.NOT_FOUND, new RestoreFrom(NOBODY, 1, scene.now()));
    }

    @Test
    void whyNoNodeWasFoundIsRecorded() {
        var process = scene.submit("heat", Samples.spec());

        scene.accept(unplaced(process, 0, Samples.rejects(HOME, "no cpu left")));

        assertThat(scene.process(process).decision())
                .contains(Samples.rejects(HOME, "no cpu left"));
        assertThat(scene.phase(process)).isInstanceOf(Phase.Waiting.class);
    }

    @Test
    void theSameReasonAtAnotherTimeIsNotRecordedAgain() {
        var process = scene.submit("heat", Samples.spec());
        var decision = Samples.rejects(HOME, "no cpu left");
        scene.accept(unplaced(process, 0, decision));
        var later =
                new PlacementDecision(
                        decision.policy(),
                        decision.chosen(),
                        decision.verdicts(),
                        decision.at().plusSeconds(5));

        assertThat(scene.accept(unplaced(process, 0, later))).isEmpty();
        assertThat(scene.accept(unplaced(process, 0, Samples.rejects(HOME, "no memory"))))
                .hasSize(1);
    }

    @Test
    void whyNoNodeWasFoundIsRecordedOfWaitingProcessesOnly() {
        var process = scene.submit("heat", Samples.spec());

        scene.refuse(Refusal.CONFLICT, unplaced(process, 1, Samples.rejects(HOME, "full")));
        scene.refuse(Refusal.INVALID, unplaced(process, 0, Samples.chooses(HOME)));
        scene.place(process, HOME);
        scene.refuse(Refusal.CONFLICT, unplaced(process, 1, Samples.rejects(HOME, "full")));
    }

    @Test
    void aProcessRunsWhenItsAgentSaysSo() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);
        scene.later(Duration.ofSeconds(1));

        scene.start(process);

        assertThat(scene.phase(process))
                .isEqualTo(new Phase.Running(HOME, new Origin.Beginning(), scene.now()));
    }

    @Test
    void aStartMayBeReportedTwice() {
        var process = scene.running("heat", Samples.spec(), HOME);

        assertThat(scene.accept(started(process, 1, HOME))).isEmpty();
    }

    @Test
    void aStartOfAnotherIncarnationIsRefused() {
        var process = scene.submit("heat", Samples.spec());
        scene.refuse(Refusal.CONFLICT, started(process, 0, HOME));
        scene.place(process, HOME);

        scene.refuse(Refusal.CONFLICT, started(process, 0, HOME));
        scene.refuse(Refusal.CONFLICT, started(process, 2, HOME));
        scene.refuse(Refusal.CONFLICT, started(process, 1, AWAY));
        scene.start(process);
        scene.refuse(Refusal.CONFLICT, started(process, 0, HOME));
        scene.refuse(Refusal.CONFLICT, started(process, 1, AWAY));
        scene.exit(process, 0);
        assertThat(scene.refuse(Refusal.CONFLICT, started(process, 1, HOME)))
                .contains("is over in epoch 1");
    }

    @Test
    void aRunningProcessIsTakenBackWhereItRuns() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.commit(process, 2, HOME, AWAY);

        scene.accept(restore(process, 1));

        assertThat(scene.phase(process))
                .isEqualTo(new Phase.Starting(HOME, new Origin.Checkpoint(1), scene.now()));
        assertThat(scene.epoch(process)).isEqualTo(new Epoch(2));
        scene.refuse(Refusal.CONFLICT, started(process, 1, HOME));
        scene.accept(started(process, 2, HOME));
    }

    @Test
    void onACordonedNodeItIsTakenBackWhenTheNodesLeaseWouldHaveEnded() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.accept(new CordonNode(HOME, true));

        scene.accept(restore(process, 1));

        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Waiting(
                                new Origin.Checkpoint(1),
                                scene.now(),
                                Duration.ofMillis(10_500),
                                "an operator takes it back to checkpoint 1"));
        assertThat(scene.epoch(process)).isEqualTo(new Epoch(1));
    }

    @Test
    void anEndedProcessLivesAgainAtOnce() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.exit(process, 3);

        scene.accept(restore(process, 1));

        assertThat(scene.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Waiting.class,
                        waiting -> assertThat(waiting.notBefore()).isEqualTo(scene.now()));
    }

    @Test
    void anEndedProcessStaysEndedWhenItsNameIsTaken() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.exit(process, 3);
        scene.submit("heat", Samples.spec());

        scene.refuse(Refusal.NAME_TAKEN, restore(process, 1));
    }

    @Test
    void aCheckpointThatIsNotThereIsNotRestored() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.refuse(Refusal.NOT_FOUND, restore(process, 1));
        scene.commit(process, 1, HOME, AWAY);
        scene.accept(new ReportCopies(new GenerationId(process, 1), List.of()));

        assertThat(scene.refuse(Refusal.CONFLICT, restore(process, 1))).contains("no node holds");
    }

    @Test
    void aJobThatIsBeingStoppedIsNotRestored() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.stop(process);

        scene.refuse(Refusal.CONFLICT, restore(process, 1));
    }

    @Test
    void aProcessThatMayStillRunOnALostNodeIsNotRestored() {
        var spec = Samples.with(Samples.spec(), PartitionPolicy.CONTINUE);
        var process = scene.running("heat", spec, HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.lose(HOME);

        assertThat(scene.refuse(Refusal.CONFLICT, restore(process, 1))).contains("fence it");
    }

    @Test
    void reportsOfAnIncarnationThatWasGivenUpAreRefused() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        var exit = scene.exitReport(process, 0);

        scene.accept(restore(process, 1));

        scene.refuse(Refusal.CONFLICT, exit);
    }

    private Place place(ProcessId process, long expected, NodeId node) {
        return new Place(process, new Epoch(expected), node, Samples.chooses(node), scene.now());
    }

    private static RecordUnplaced unplaced(
            ProcessId process, long expected, PlacementDecision decision) {
        return new RecordUnplaced(process, new Epoch(expected), decision);
    }

    private ReportStarted started(ProcessId process, long epoch, NodeId node) {
        return new ReportStarted(process, new Epoch(epoch), node, scene.now());
    }

    private RestoreFrom restore(ProcessId process, long generation) {
        return new RestoreFrom(process, generation, scene.now());
    }
}
