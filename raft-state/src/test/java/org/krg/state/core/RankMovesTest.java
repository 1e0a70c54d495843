// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.THIRD;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.command.CutCommand.ReportStill;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.ReportResumed;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.command.Refusal;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Step;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.testkit.Samples;

class RankMovesTest {
    private static final List<NodeId> NODES = List.of(HOME, AWAY, THIRD);

    private final Scene scene = Scene.withThreeNodes();
    private JobId job = new JobId(0);

    @BeforeEach
    void threeRanksRunOnThreeNodes() {
        var first = scene.submit("ring", Samples.spec().withRanks(NODES.size()));
        job = scene.process(first).job();
        for (var rank : ranks()) {
            scene.place(rank.id(), NODES.get(rank.rank()));
            scene.start(rank.id());
        }
    }

    @Test
    void aRankMovesWhileTheOthersGoOnAndNothingThatWasSavedForItStays() {
        var before = ranks();
        var move = start(0, AWAY);
        scene.accept(ahead(0, 1));
        scene.accept(new BeginLeaving(move, 100));
        scene.accept(over(move, 0, 2, HOME, AWAY));
        scene.accept(new CommitMove(move, AWAY, scene.now()));
        assertThat(numbers(0)).containsExactly(1L, 2L);

        scene.accept(new ReportResumed(move, AWAY, scene.now()));

        assertThat(rank(0).phase().host()).contains(AWAY);
        assertThat(rank(0).epoch()).isEqualTo(before.get(0).nextEpoch());
        assertThat(ranks().subList(1, 3)).isEqualTo(before.subList(1, 3));
        assertThat(scene.image().generations().size()).isZero();
    }

    @Test
    void theNextCutHasALargerNumberThanWhatTheMoveUsed() {
        moved(0, AWAY);

        takeCut(2);

        assertThat(ranks())
                .allSatisfy(rank -> assertThat(scene.generation(rank.id(), 2)).isPresent());
        assertThat(scene.image().newestGood(rank(1).id()).orElseThrow().id().number()).isEqualTo(2);
    }

    @Test
    void ranksGoBackToTheirCutAndNeverToWhatOneOfThemMovedBy() {
        takeCut(1);
        var move = start(0, AWAY);
        scene.accept(new BeginLeaving(move, 100));
        scene.accept(over(move, 0, 2, HOME, AWAY));

        scene.lose(HOME);

        assertThat(ranks())
                .extracting(rank -> ((Phase.Waiting) rank.phase()).origin())
                .containsOnly(new Origin.Checkpoint(1));
        assertThat(step(move)).isInstanceOf(Step.Aborted.class);
        assertThat(numbers(0)).containsExactly(1L);
    }

    @Test
    void aRankThatIsLostAfterItsMoveTakesAllBackToTheCut() {
        takeCut(1);
        moved(0, AWAY);

        scene.lose(AWAY);

        assertThat(ranks())
                .extracting(rank -> ((Phase.Waiting) rank.phase()).origin())
                .containsOnly(new Origin.Checkpoint(1));
    }

    @Test
    void whatARankMovesByIsNotDroppedThoughItIsNothingToGoBackTo() {
        takeCut(1);
        takeCut(2);
        var move = start(0, AWAY);
        scene.accept(new BeginLeaving(move, 100));
        scene.accept(over(move, 0, 3, HOME, AWAY));

        var moving = new GenerationId(rank(0).id(), 3);
        assertThat(scene.refuse(Refusal.CONFLICT, new DropGeneration(moving))).contains("moves");
        assertThat(numbers(0)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void givenUpAMoveLeavesNothing() {
        takeCut(1);
        var move = start(0, AWAY);
        scene.accept(ahead(0, 2));

        scene.accept(new AbortMigration(move, "cancelled", scene.now()));

        assertThat(numbers(0)).containsExactly(1L);
        assertThat(rank(0).phase().host()).contains(HOME);
    }

    @Test
    void noTwoRanksHaveTheSameNumberOfDifferentMoments() {
        var one = start(0, AWAY);
        var other = start(1, THIRD);
        scene.accept(ahead(0, 1));

        assertThat(scene.refuse(Refusal.CONFLICT, ahead(1, 1))).contains("not newer than 1");
        scene.accept(new BeginLeaving(other, 0));
        assertThat(scene.refuse(Refusal.CONFLICT, over(other, 1, 1, AWAY, THIRD)))
                .contains("not newer than 1");

        scene.accept(over(other, 1, 2, AWAY, THIRD));
        scene.accept(new BeginLeaving(one, 0));
        assertThat(scene.refuse(Refusal.CONFLICT, over(one, 0, 2, HOME, AWAY)))
                .contains("not newer than 2");
    }

    @Test
    void onlyWhatSendsAheadIsSavedAlone() {
        assertThat(scene.refuse(Refusal.CONFLICT, ahead(0, 1))).contains("saved together");
        var move = start(0, AWAY);
        assertThat(scene.refuse(Refusal.CONFLICT, ahead(1, 1))).contains("saved together");
        scene.accept(new BeginLeaving(move, 0));
        assertThat(scene.refuse(Refusal.CONFLICT, ahead(0, 1))).contains("saved together");
    }

    @Test
    void noCutBeginsWhileARankMovesAndARankLeavesAfterTheCut() {
        var number = begin();
        var move = start(0, AWAY);
        scene.accept(new BeginLeaving(move, 0));
        assertThat(scene.refuse(Refusal.CONFLICT, over(move, 0, number + 1, HOME, AWAY)))
                .contains("is being taken");
        finish(number);

        assertThat(scene.refuse(Refusal.CONFLICT, new BeginCut(job, false, scene.now())))
                .contains("is being moved by operation " + move);
        scene.accept(over(move, 0, number + 1, HOME, AWAY));
    }

    @Test
    void ranksAreNotFrozenWhileOneOfThemMoves() {
        start(0, AWAY);

        assertThat(scene.refuse(Refusal.CONFLICT, new SetFrozen(rank(1).id(), true)))
                .contains("is being moved");
    }

    private MigrationId start(int rank, NodeId to) {
        var command =
                new StartMigration(
                        rank(rank).id(),
                        rank(rank).epoch(),
                        to,
                        Migration.Mode.WARM,
                        Duration.ofSeconds(30),
                        scene.now(),
                        "asked");
        return new MigrationId(scene.accepted(command).created());
    }

    private CommitGeneration ahead(int rank, long number) {
        return new CommitGeneration(generation(rank, number, HOME, AWAY), 2);
    }

    private HandOver over(MigrationId move, int rank, long number, NodeId from, NodeId to) {
        return new HandOver(move, generation(rank, number, from, to), 7, scene.now());
    }

    private Generation generation(int rank, long number, NodeId... copies) {
        return Samples.generation(rank(rank).id(), number, rank(rank).epoch(), copies);
    }

    private void moved(int rank, NodeId to) {
        var from = scene.host(rank(rank).id());
        var move = start(rank, to);
        scene.accept(new BeginLeaving(move, 0));
        scene.accept(over(move, rank, scene.image().lastNumber(job) + 1, from, to));
        scene.accept(new CommitMove(move, to, scene.now()));
        scene.accept(new ReportResumed(move, to, scene.now()));
    }

    private void takeCut(long expected) {
        var number = begin();
        assertThat(number).isEqualTo(expected);
        finish(number);
    }

    private long begin() {
        return scene.accepted(new BeginCut(job, false, scene.now())).created();
    }

    private void finish(long number) {
        for (var rank : ranks()) {
            scene.accept(new ReportStill(rank.id(), rank.epoch(), number, List.of()));
        }
        for (var rank : ranks()) {
            scene.accept(new ReportSaved(generation(rank.rank(), number, HOME, AWAY), 2));
        }
    }

    private List<HostedProcess> ranks() {
        return image().processesOf(job);
    }

    private HostedProcess rank(int rank) {
        return ranks().get(rank);
    }

    private List<Long> numbers(int rank) {
        return image().generationsOf(rank(rank).id()).stream().map(it -> it.id().number()).toList();
    }

    private Step step(MigrationId move) {
        return image().migrations().require(move).step();
    }

    private ClusterImage image() {
        return scene.image();
    }
}
