// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.START;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.testkit.Samples;

class MovesTest {
    private ClusterImage image = ClusterImage.EMPTY;
    private JobId job = new JobId(0);

    @BeforeEach
    void twoRanksRunAtHome() {
        accept(new RegisterNode(Samples.node(HOME, 1), START));
        accept(new RegisterNode(Samples.node(AWAY, 1), START));
        job = new JobId(submit());
        for (var rank : ranks()) {
            accept(new Place(rank.id(), rank.epoch(), HOME, Samples.chooses(HOME), START));
        }
        for (var rank : ranks()) {
            accept(new ReportStarted(rank.id(), rank.epoch(), HOME, START));
        }
    }

    @Test
    void ofTwoRanksThatMoveTheSecondWaitsUntilTheFirstIsThereOrGivenUp() {
        var first = start(0);
        var second = start(1);
        assertThat(leaving()).containsExactly(first);

        accept(new AbortMigration(first, "cancelled", START));

        assertThat(leaving()).containsExactly(second);
    }

    @Test
    void aRankLeavesAfterTheCutThatIsUnderWay() {
        var number = accept(new BeginCut(job, false, START));
        var move = start(1);
        assertThat(leaving()).isEmpty();

        accept(new AbandonCut(job, number, "it took too long"));

        assertThat(leaving()).containsExactly(move);
    }

    @Test
    void aMoveWhoseCheckpointIsGoneIsGivenUp() {
        var move = start(1);
        var rank = ranks().get(1);
        accept(new BeginLeaving(move, 0));
        var saved = Samples.generation(rank.id(), 1, rank.epoch(), HOME, AWAY);
        accept(new HandOver(move, saved, 7, START));
        assertThat(plan(AWAY, List.of())).singleElement().isInstanceOf(Action.Restore.class);

        image = image.withGenerations(image.generations().without(saved.id()));

        var gone = "on %s: checkpoint %s is gone".formatted(AWAY, saved.id());
        assertThat(plan(AWAY, List.of()))
                .singleElement()
                .isInstanceOfSatisfying(
                        Action.Report.class,
                        report ->
                                assertThat(report.command())
                                        .isEqualTo(new AbortMigration(move, gone, START)));
    }

    @Test
    void theTargetMakesTheCellAsSoonAsTheSourceLetsNobodyElseGoOn() {
        var move = start(1);
        assertThat(plan(AWAY, List.of())).isEmpty();

        accept(new BeginLeaving(move, 0));

        var rank = ranks().get(1);
        var route = image.migrations().require(move).route();
        var id = new CellId(rank.id().value(), route.next().value());
        var spec = image.jobs().require(job).spec();
        assertThat(plan(AWAY, List.of())).containsExactly(new Action.Prepare(id, spec));
        assertThat(plan(AWAY, List.of(seen(id, new State.Prepared())))).isEmpty();
        assertThat(plan(AWAY, List.of(seen(id, new State.Unfinished())))).isEmpty();

        var saved = Samples.generation(rank.id(), 1, rank.epoch(), HOME, AWAY);
        accept(new HandOver(move, saved, 7, START));
        assertThat(plan(AWAY, List.of(seen(id, new State.Prepared()))))
                .singleElement()
                .isInstanceOf(Action.Restore.class);
        assertThat(plan(AWAY, List.of(seen(id, new State.Unfinished()))))
                .singleElement()
                .isInstanceOf(Action.Discard.class);
        var busy = new ObservedCell(id, new State.Prepared(), Work.BRINGING_UP);
        assertThat(plan(AWAY, List.of(busy))).isEmpty();

        accept(new AbortMigration(move, "cancelled", START));
        assertThat(plan(AWAY, List.of(seen(id, new State.Prepared()))))
                .singleElement()
                .isInstanceOf(Action.Discard.class);
        assertThat(plan(AWAY, List.of(busy))).singleElement().isInstanceOf(Action.Kill.class);
    }

    private static ObservedCell seen(CellId id, State state) {
        return new ObservedCell(id, state, Work.NONE);
    }

    private long submit() {
        var spec = Samples.spec().withRanks(2);
        return accept(new SubmitJob("ring", spec, Samples.ALICE, START));
    }

    private MigrationId start(int rank) {
        var process = ranks().get(rank);
        var mode = Migration.Mode.STOP_COPY;
        var limit = Duration.ofSeconds(30);
        return new MigrationId(
                accept(
                        new StartMigration(
                                process.id(), process.epoch(), AWAY, mode, limit, START, "asked")));
    }

    /// {@return the moves whose process the source is about to stop}
    private List<MigrationId> leaving() {
        var cells =
                ranks().stream()
                        .map(rank -> new CellId(rank.id().value(), rank.epoch().value()))
                        .map(id -> new ObservedCell(id, new State.Alive(false), Work.NONE))
                        .toList();
        return plan(HOME, cells).stream()
                .map(action -> ((Action.Report) action).command())
                .map(command -> ((BeginLeaving) command).migration())
                .toList();
    }

    private List<Action> plan(NodeId node, List<ObservedCell> cells) {
        return Reconciler.plan(
                new HostView(image, node, true, cells, List.of(), List.of(), START, Duration.ZERO));
    }

    private List<HostedProcess> ranks() {
        return image.processesOf(job);
    }

    private long accept(Command command) {
        var decision = (Decision.Accept) ClusterStateMachine.decide(image, command);
        image = ClusterStateMachine.fold(image, image.revision().next(), decision.events());
        return decision.created();
    }
}
