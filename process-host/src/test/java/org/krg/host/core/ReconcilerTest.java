// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.generation;
import static org.krg.host.core.Images.process;
import static org.krg.host.core.Images.with;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.command.Command;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StartFault;
import org.krg.state.model.StopOrder;
import org.krg.state.model.Usage;

final class ReconcilerTest {
    private static final Origin BEGINNING = new Origin.Beginning();
    private static final Phase STARTING = new Phase.Starting(HERE, BEGINNING, NOW);
    private static final Phase RESTORING = new Phase.Starting(HERE, new Origin.Checkpoint(3), NOW);
    private static final Phase RUNNING = new Phase.Running(HERE, BEGINNING, NOW);
    private static final Phase RUNNING_AWAY = new Phase.Running(AWAY, BEGINNING, NOW);
    private static final Phase WAITING = new Phase.Waiting(BEGINNING, NOW, "new");
    private static final CellId CELL = new CellId(7, 2);
    private static final State ALIVE = new State.Alive(false);
    private static final State FROZEN = new State.Alive(true);
    private static final State UNFINISHED = new State.Unfinished();
    private static final StopOrder ORDER = new StopOrder(15, Duration.ofSeconds(10), NOW);
    private static final Duration CLOCK = Duration.ofHours(1);

    @Test
    void anAssignedProcessWithoutACellIsStarted() {
        assertThat(plan(agreed(STARTING)))
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.Start.class, start -> assertThat(start.cell()).isEqualTo(CELL));
    }

    @Test
    void aProcessThatComesFromACheckpointIsRestoredFromIt() {
        var image = with(agreed(RESTORING), generation(7, 3, 0, false));
        assertThat(plan(image))
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.Restore.class,
                        restore ->
                                assertThat(restore.generation())
                                        .isEqualTo(new GenerationId(new ProcessId(7), 3)));
    }

    @Test
    void aProcessThatIsTakenBackWhereItRunsWaitsForItsOldIncarnationToBeOver() {
        var image = with(agreed(RESTORING), generation(7, 3, 0, false));
        var before = new CellId(7, 1);

        for (var state : List.of(ALIVE, FROZEN, UNFINISHED)) {
            assertThat(plan(image, new ObservedCell(before, state, Work.NONE)))
                    .extracting(Action::cell)
                    .containsExactly(before);
        }
        var over = new ObservedCell(before, over(new ProcessExit.Signaled(9)), Work.NONE);
        assertThat(plan(image, over))
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.Restore.class,
                        restore -> assertThat(restore.cell()).isEqualTo(CELL));
    }

    @Test
    void aCheckpointThatIsGoneIsAFailedStart() {
        assertThat(reports(plan(agreed(RESTORING))))
                .singleElement()
                .isInstanceOfSatisfying(
                        ReportStartFailed.class,
                        report -> {
                            assertThat(report.permanent()).isFalse();
                            assertThat(report.fault()).isEqualTo(StartFault.CHECKPOINT);
                            assertThat(report.reason()).contains("checkpoint 7.3 is gone");
                        });
    }

    @Test
    void aProgramThatRunsIsReportedAsStarted() {
        assertThat(reports(plan(agreed(STARTING), cell(ALIVE))))
                .containsExactly(new ReportStarted(new ProcessId(7), new Epoch(2), HERE, NOW));
    }

    @Test
    void aProgramThatEndedBeforeItWasReportedIsFirstReportedAsStarted() {
        assertThat(reports(plan(agreed(STARTING), cell(over(new ProcessExit.Exited(0))))))
                .singleElement()
                .isInstanceOf(ReportStarted.class);
    }

    @Test
    void aProgramThatCannotBeExecutedIsAPermanentFailure() {
        var exit = new ProcessExit.NotStarted(126, "permission denied");
        assertThat(reports(plan(agreed(STARTING), cell(over(exit)))))
                .containsExactly(
                        new ReportStartFailed(
                                new ProcessId(7),
                                new Epoch(2),
                                HERE,
                                "permission denied",
                                true,
                                126,
                                NOW,
                                StartFault.NODE));
    }

    @Test
    void aStartThatFailedByNoFaultOfTheProgramIsTriedAgain() {
        var exit = new ProcessExit.NotStarted(125, "text file busy");
        assertThat(reports(plan(agreed(STARTING), cell(over(exit)))))
                .singleElement()
                .isInstanceOfSatisfying(
                        ReportStartFailed.class,
                        report -> assertThat(report.permanent()).isFalse());
        assertThat(reports(plan(agreed(RUNNING), cell(over(exit)))))
                .singleElement()
                .isInstanceOf(ReportVanished.class);
    }

    @Test
    void aProgramThatHasRunAndCannotBeExecutedHereMayBeElsewhere() {
        var exit = new ProcessExit.NotStarted(127, "no such program");
        var image = with(agreed(RESTORING), generation(7, 3, 0, false));

        assertThat(reports(plan(image, cell(over(exit)))))
                .containsExactly(
                        new ReportStartFailed(
                                new ProcessId(7),
                                new Epoch(2),
                                HERE,
                                "no such program",
                                false,
                                125,
                                NOW,
                                StartFault.NODE));
    }

    @Test
    void aCellThatVanishedDuringTheStartIsAFailureThatAnotherNodeMayNotHave() {
        var exit = new ProcessExit.Vanished("killed");
        assertThat(reports(plan(agreed(STARTING), cell(over(exit)))))
                .singleElement()
                .isInstanceOfSatisfying(
                        ReportStartFailed.class,
                        report -> assertThat(report.permanent()).isFalse());
    }

    @Test
    void aStartThatWasCutShortBeginsAgain() {
        assertThat(plan(agreed(STARTING), cell(UNFINISHED)))
                .singleElement()
                .isInstanceOf(Action.Discard.class);
    }

    @Test
    void aStartThatIsUnderWayIsLeftAlone() {
        var cell = new ObservedCell(CELL, UNFINISHED, Work.BRINGING_UP);
        assertThat(plan(agreed(STARTING), cell)).isEmpty();
    }

    @Test
    void aRunningProcessWithoutACellHasVanished() {
        assertThat(reports(plan(agreed(RUNNING))))
                .singleElement()
                .isInstanceOf(ReportVanished.class);
    }

    @Test
    void anEndIsReportedWithWhatItUsed() {
        var usage = new Usage(Duration.ofSeconds(3), 4_096);
        var state = new State.Over(new ProcessExit.Signaled(9), usage, NOW);
        assertThat(reports(plan(agreed(RUNNING), cell(state))))
                .containsExactly(
                        new ReportExit(
                                new ProcessId(7),
                                new Epoch(2),
                                HERE,
                                new Outcome.Signaled(9, usage),
                                NOW));
    }

    @Test
    void aCellKilledByTheWatchdogHasVanished() {
        var exit = new ProcessExit.Vanished("killed at the end of the node's lease");
        assertThat(reports(plan(agreed(RUNNING), cell(over(exit)))))
                .singleElement()
                .isInstanceOf(ReportVanished.class);
    }

    @Test
    void aFrozenCellOfAnUnchangedEpochIsThawed() {
        assertThat(plan(agreed(RUNNING), cell(FROZEN))).containsExactly(new Action.Thaw(CELL));
    }

    @Test
    void aCellThatIsNoLongerToStandStillIsThawedThoughNotAllOfItDoes() {
        var halting = new State.Alive(false, true);
        assertThat(plan(agreed(RUNNING), cell(halting))).containsExactly(new Action.Thaw(CELL));
    }

    @Test
    void aCellThatIsBeingCheckpointedStaysFrozen() {
        var cell = new ObservedCell(CELL, FROZEN, Work.CHECKPOINTING);
        assertThat(plan(agreed(RUNNING), cell)).isEmpty();
    }

    @Test
    void aCellOfAnOlderEpochIsKilled() {
        var old = new ObservedCell(new CellId(7, 1), FROZEN, Work.NONE);
        assertThat(plan(agreed(RUNNING), old, cell(ALIVE)))
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.Kill.class,
                        kill -> assertThat(kill.cell()).isEqualTo(new CellId(7, 1)));
    }

    @Test
    void aCellOfAProcessThatRunsElsewhereIsKilled() {
        assertThat(plan(agreed(RUNNING_AWAY), cell(ALIVE)))
                .singleElement()
                .isInstanceOf(Action.Kill.class);
    }

    @Test
    void aCellOfAProcessThatWaitsForAnotherNodeIsKilled() {
        assertThat(plan(agreed(WAITING), cell(FROZEN)))
                .singleElement()
                .isInstanceOf(Action.Kill.class);
    }

    @Test
    void aRestoreOfAnEpochThatIsOverIsKilledWhileItIsUnderWay() {
        var old = new ObservedCell(new CellId(7, 1), UNFINISHED, Work.BRINGING_UP);
        assertThat(plan(agreed(RUNNING_AWAY), old)).singleElement().isInstanceOf(Action.Kill.class);
    }

    @Test
    void aCellThatTheReplicaHasNotHeardOfIsLeftAlone() {
        var newer = new ObservedCell(new CellId(7, 3), ALIVE, Work.NONE);
        var unknown = new ObservedCell(new CellId(1_000, 1), ALIVE, Work.NONE);
        assertThat(plan(agreed(WAITING), newer, unknown)).isEmpty();
    }

    @Test
    void aCellOfAProcessThatWasForgottenIsKilled() {
        assertThat(plan(Images.empty(), cell(ALIVE)))
                .singleElement()
                .isInstanceOf(Action.Kill.class);
    }

    @Test
    void withoutTheLeaseOnlyKillsAreDone() {
        var image = with(agreed(RUNNING), process(8, 1, STARTING));
        var old = new ObservedCell(new CellId(7, 1), ALIVE, Work.NONE);
        var view =
                new HostView(
                        image,
                        HERE,
                        false,
                        List.of(cell(FROZEN), old),
                        List.of(),
                        List.of(),
                        NOW,
                        CLOCK);
        assertThat(Reconciler.plan(view)).singleElement().isInstanceOf(Action.Kill.class);
    }

    @Test
    void anOrderToEndIsDeliveredOnce() {
        assertThat(plan(ordered(), cell(ALIVE))).containsExactly(new Action.Stop(CELL, ORDER));
        assertThat(planAfter(Duration.ofSeconds(9))).isEmpty();
    }

    @Test
    void aProgramThatOutlivesItsGraceIsKilled() {
        assertThat(planAfter(Duration.ofSeconds(10)))
                .singleElement()
                .isInstanceOf(Action.Kill.class);
    }

    @Test
    void whatStandsStillToBeSavedIsNeitherToldToEndNorKilled() {
        var saved = new ObservedCell(CELL, FROZEN, Work.CHECKPOINTING);
        assertThat(plan(ordered(), saved)).isEmpty();
        var delivered = new StopDelivery(CELL, ORDER, CLOCK.minus(ORDER.grace()));
        assertThat(plan(ordered(), List.of(delivered), saved)).isEmpty();
    }

    /// What cannot be thawed could else not be ended either.
    @Test
    void whatStandsStillForNoReasonIsThawedToldToEndAndKilledAfterItsGrace() {
        assertThat(plan(ordered(), cell(FROZEN)))
                .containsExactly(new Action.Thaw(CELL), new Action.Stop(CELL, ORDER));
        var delivered = new StopDelivery(CELL, ORDER, CLOCK.minus(ORDER.grace()));
        assertThat(plan(ordered(), List.of(delivered), cell(FROZEN)))
                .anyMatch(action -> action instanceof Action.Kill);
    }

    @Test
    void whatSomebodyFrozeIsToldToEndAndKilledAfterItsGrace() {
        var frozen = process(7, 2, RUNNING).withFrozen(true);
        var image = with(Images.empty(), frozen, Optional.of(ORDER));
        assertThat(plan(image, cell(FROZEN))).containsExactly(new Action.Stop(CELL, ORDER));
        var delivered = new StopDelivery(CELL, ORDER, CLOCK.minus(ORDER.grace()));
        assertThat(plan(image, List.of(delivered), cell(FROZEN)))
                .singleElement()
                .isInstanceOf(Action.Kill.class);
    }

    @Test
    void aSecondOrderIsDeliveredToo() {
        var delivered = new StopDelivery(CELL, new StopOrder(2, ORDER.grace(), NOW), CLOCK);
        assertThat(plan(ordered(), List.of(delivered), cell(ALIVE)))
                .containsExactly(new Action.Stop(CELL, ORDER));
    }

    @Test
    void whatWaitsForAReportIsLeftAlone() {
        var cell = new ObservedCell(CELL, over(new ProcessExit.Exited(0)), Work.REPORTING);
        assertThat(plan(agreed(RUNNING), cell)).isEmpty();
    }

    @Test
    void theOutputOfTheNewestHundredEndedCellsIsKept() {
        var cells = new ArrayList<ObservedCell>();
        for (var number = 1; number <= Reconciler.REMAINS_KEPT + 2; number++) {
            var at = NOW.plusSeconds(number == 2 ? 10_000 : number);
            var state = new State.Over(new ProcessExit.Exited(0), Usage.UNKNOWN, at);
            cells.add(new ObservedCell(new CellId(number, 1), state, Work.NONE));
        }
        assertThat(plan(Images.empty(), cells.toArray(ObservedCell[]::new)))
                .extracting(Action::cell)
                .containsExactly(new CellId(3, 1), new CellId(1, 1));
    }

    private static ClusterImage agreed(Phase phase) {
        return with(Images.empty(), process(7, 2, phase));
    }

    private static ClusterImage ordered() {
        return with(Images.empty(), process(7, 2, RUNNING), Optional.of(ORDER));
    }

    private static ObservedCell cell(State state) {
        return new ObservedCell(CELL, state, Work.NONE);
    }

    private static State over(ProcessExit exit) {
        return new State.Over(exit, Usage.UNKNOWN, NOW);
    }

    private static List<Action> planAfter(Duration wait) {
        var delivered = new StopDelivery(CELL, ORDER, CLOCK.minus(wait));
        return plan(ordered(), List.of(delivered), cell(ALIVE));
    }

    private static List<Action> plan(ClusterImage image, ObservedCell... cells) {
        return plan(image, List.of(), cells);
    }

    private static List<Action> plan(
            ClusterImage image, List<StopDelivery> stops, ObservedCell... cells) {
        return Reconciler.plan(
                new HostView(image, HERE, true, List.of(cells), stops, List.of(), NOW, CLOCK));
    }

    private static List<Command> reports(List<Action> actions) {
        return actions.stream()
                .filter(Action.Report.class::isInstance)
                .map(action -> ((Action.Report) action).command())
                .toList();
    }
}
