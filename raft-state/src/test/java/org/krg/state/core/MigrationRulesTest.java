// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.THIRD;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.ReportPulled;
import org.krg.state.command.MigrationCommand.ReportResumed;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Refusal;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Step;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

class MigrationRulesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String WHY = "ann asked for it and named n2";
    private static final Epoch FIRST = new Epoch(1);
    private static final Epoch SECOND = new Epoch(2);

    private final Scene scene = Scene.withThreeNodes();
    private ProcessId process = new ProcessId(0);

    @BeforeEach
    void aProcessRunsAtHome() {
        process = scene.running("heat", Samples.spec(), HOME);
    }

    @Test
    void theProcessBelongsToItsSourceUntilTheMoveIsCommitted() {
        var move = start(AWAY);
        assertRunsOn(HOME, FIRST);

        scene.accept(new BeginLeaving(move, 100));
        handOver(move, 1);
        assertRunsOn(HOME, FIRST);
        assertThat(scene.generation(process, 1)).isPresent();

        scene.accept(new CommitMove(move, AWAY, scene.now()));
        assertRunsOn(AWAY, SECOND);
        assertThat(scene.phase(process))
                .isEqualTo(new Phase.Running(AWAY, new Origin.Checkpoint(1), scene.now()));
        assertThat(step(move)).isInstanceOf(Step.Resuming.class);
    }

    @Test
    void aMoveKeepsWhoAskedForItAndWhyToItsEnd() {
        var move = start(AWAY);
        advance(move, 3);
        assertThat(migration(move).why()).isEqualTo(WHY);

        var wordy = "x".repeat(2 * MigrationRules.MAX_WHY);
        var bounded =
                new StartMigration(
                        process, SECOND, HOME, Migration.Mode.WARM, LIMIT, scene.now(), wordy);
        scene.accept(new ReportResumed(move, AWAY, scene.now()));
        var next = new MigrationId(scene.accepted(bounded).created());
        assertThat(migration(next).why()).hasSize(MigrationRules.MAX_WHY);
    }

    @Test
    void aMoveThatIsOverTellsWhatItCost() {
        var move = start(AWAY);
        scene.accept(new BeginLeaving(move, 100));
        handOver(move, 1);
        scene.later(Duration.ofMillis(120));
        scene.accept(new CommitMove(move, AWAY, scene.now()));
        scene.later(Duration.ofMillis(5));
        scene.accept(new ReportResumed(move, AWAY, scene.now()));

        assertThat(step(move)).isEqualTo(new Step.Moved(1, Duration.ofMillis(125), scene.now()));
        assertThat(migration(move).sent()).isEqualTo(new Migration.Sent(100, 7));
        assertThat(migration(move).isActive()).isFalse();
    }

    @Test
    void aProcessWhoseMemoryFollowsIsMovedWhenAllOfItIsThere() {
        var move = startPostCopy();
        advance(move, 3);
        scene.refuse(Refusal.CONFLICT, new ReportPulled(move, AWAY, 9, scene.now()));
        scene.later(Duration.ofMillis(5));
        scene.accept(new ReportResumed(move, AWAY, scene.now()));
        assertThat(step(move)).isEqualTo(new Step.Pulling(1, Duration.ofMillis(5)));
        assertThat(migration(move).isServed()).isTrue();
        assertThat(scene.refuse(Refusal.CONFLICT, start(SECOND, HOME, LIMIT)))
                .contains("by operation " + move);
        assertThat(scene.refuse(Refusal.CONFLICT, abort(move))).contains("its memory follows");
        scene.refuse(Refusal.CONFLICT, new ReportPulled(move, HOME, 9, scene.now()));

        scene.accept(new ReportPulled(move, AWAY, 900, scene.now()));

        assertThat(step(move)).isEqualTo(new Step.Moved(1, Duration.ofMillis(5), scene.now()));
        assertThat(migration(move).sent()).isEqualTo(new Migration.Sent(1000, 7));
        assertRunsOn(AWAY, SECOND);
        // Nobody could have gone back to it.
        assertThat(scene.generation(process, 1)).isEmpty();
        assertThat(scene.accept(new ReportPulled(move, AWAY, 900, scene.now()))).isEmpty();
    }

    @Test
    void aProcessThatIsLostBeforeItsMemoryIsThereGoesBackToTheCheckpointBefore() {
        scene.accept(new CommitGeneration(Samples.generation(process, 1, FIRST, HOME, AWAY), 2));
        var move = startPostCopy();
        advance(move, 3);
        scene.accept(new ReportResumed(move, AWAY, scene.now()));
        assertThat(scene.refuse(Refusal.CONFLICT, new RestoreFrom(process, 2, scene.now())))
                .contains("without memory");
        scene.refuse(Refusal.CONFLICT, new DropGeneration(new GenerationId(process, 2)));

        scene.accept(new ReportVanished(process, SECOND, AWAY, "killed", scene.now()));

        assertThat(scene.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Waiting.class,
                        waiting ->
                                assertThat(waiting.origin()).isEqualTo(new Origin.Checkpoint(1)));
        assertThat(step(move))
                .isEqualTo(
                        new Step.Aborted(
                                "it was lost on n2 before all of its memory was there; it goes on"
                                        + " from checkpoint 1",
                                scene.now()));
        assertThat(scene.generation(process, 2)).isEmpty();
    }

    @Test
    void aProcessThatIsLostBeforeItRunsWithoutItsMemoryDidNotMove() {
        var move = startPostCopy();
        advance(move, 3);

        scene.lose(AWAY);

        assertThat(step(move))
                .isInstanceOfSatisfying(
                        Step.Aborted.class,
                        aborted ->
                                assertThat(aborted.reason())
                                        .contains("lost on n2", "from its beginning"));
    }

    @Test
    void aProcessThatEndsByItselfBeforeItsMemoryIsThereHasMoved() {
        var move = startPostCopy();
        advance(move, 3);
        scene.accept(new ReportResumed(move, AWAY, scene.now()));

        scene.exit(process, 0);

        assertThat(step(move)).isInstanceOf(Step.Moved.class);
    }

    @Test
    void whatIsGivenUpBeforeTheCommitLeavesTheProcessAtItsSource() {
        for (var steps = 0; steps < 3; steps++) {
            var move = start(AWAY);
            advance(move, steps);

            scene.accept(new AbortMigration(move, "cancelled", scene.now()));

            assertRunsOn(HOME, FIRST);
            assertThat(step(move)).isEqualTo(new Step.Aborted("cancelled", scene.now()));
            scene.refuse(Refusal.CONFLICT, new CommitMove(move, AWAY, scene.now()));
        }
    }

    @Test
    void whatIsCommittedIsNotGivenUp() {
        var move = start(AWAY);
        advance(move, 3);

        assertThat(scene.refuse(Refusal.CONFLICT, abort(move))).contains("has moved already");
        scene.accept(new ReportResumed(move, AWAY, scene.now()));
        assertThat(scene.refuse(Refusal.CONFLICT, abort(move))).contains("it has moved");
    }

    @Test
    void anEpochThatWasKeptForAMoveIsNeverGivenOutAgain() {
        var first = start(AWAY);
        scene.accept(abort(first));
        var second = start(AWAY);
        assertThat(migration(second).route().next()).isEqualTo(new Epoch(3));
        scene.accept(abort(second));

        scene.lose(HOME);
        scene.place(process, THIRD);

        assertThat(scene.epoch(process)).isEqualTo(new Epoch(4));
    }

    @Test
    void aSourceThatIsLostEndsTheMoveAndTheProcessGoesOnFromWhatWasHandedOver() {
        var move = start(AWAY);
        advance(move, 2);

        scene.lose(HOME);

        assertThat(step(move)).isInstanceOf(Step.Aborted.class);
        assertThat(scene.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Waiting.class,
                        waiting ->
                                assertThat(waiting.origin()).isEqualTo(new Origin.Checkpoint(1)));
        scene.refuse(Refusal.CONFLICT, new CommitMove(move, AWAY, scene.now()));
    }

    @Test
    void aTargetThatIsLostBeforeTheCommitEndsTheMove() {
        for (var steps = 0; steps < 3; steps++) {
            var move = start(AWAY);
            advance(move, steps);

            scene.lose(AWAY);

            assertThat(step(move)).isInstanceOf(Step.Aborted.class);
            assertRunsOn(HOME, FIRST);
            scene.register(AWAY);
        }
    }

    @Test
    void aTargetThatIsLostAfterTheCommitLosesTheProcessLikeAnyOther() {
        var move = start(AWAY);
        advance(move, 3);

        scene.lose(AWAY);

        assertThat(step(move)).isInstanceOf(Step.Moved.class);
        assertThat(scene.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Waiting.class,
                        waiting ->
                                assertThat(waiting.origin()).isEqualTo(new Origin.Checkpoint(1)));
    }

    @Test
    void whateverEndsTheIncarnationEndsItsMove() {
        var exited = start(AWAY);
        scene.exit(process, 0);
        assertThat(step(exited)).isInstanceOf(Step.Aborted.class);

        process = scene.running("sort", Samples.spec(), HOME);
        var vanished = start(AWAY);
        scene.accept(new ReportVanished(process, FIRST, HOME, "killed", scene.now()));
        assertThat(step(vanished)).isInstanceOf(Step.Aborted.class);

        process = scene.running("bc", Samples.spec(), HOME);
        var restored = start(AWAY);
        advance(restored, 2);
        scene.accept(new RestoreFrom(process, 1, scene.now()));
        assertThat(step(restored)).isInstanceOf(Step.Aborted.class);

        process = scene.running("nbody", Samples.spec(), HOME);
        var fenced = start(AWAY);
        scene.accept(new FenceNode(HOME, scene.now()));
        assertThat(step(fenced)).isInstanceOf(Step.Aborted.class);
    }

    @Test
    void repeatedReportsChangeNothing() {
        var move = start(AWAY);
        scene.accept(new BeginLeaving(move, 100));
        assertThat(scene.accept(new BeginLeaving(move, 100))).isEmpty();
        handOver(move, 1);
        scene.accept(new CommitMove(move, AWAY, scene.now()));
        assertThat(scene.accept(new CommitMove(move, AWAY, scene.now()))).isEmpty();
        scene.accept(new ReportResumed(move, AWAY, scene.now()));
        assertThat(scene.accept(new ReportResumed(move, AWAY, scene.now()))).isEmpty();
        assertThat(scene.accept(new CommitMove(move, AWAY, scene.now()))).isEmpty();
    }

    @Test
    void whatComesOutOfOrderIsRefused() {
        var move = start(AWAY);
        scene.refuse(Refusal.CONFLICT, new CommitMove(move, AWAY, scene.now()));
        scene.refuse(Refusal.CONFLICT, new ReportResumed(move, AWAY, scene.now()));
        scene.refuse(Refusal.CONFLICT, over(move, 1, FIRST, HOME, AWAY));
        scene.accept(new BeginLeaving(move, 0));
        handOver(move, 1);
        scene.refuse(Refusal.CONFLICT, over(move, 2, FIRST, HOME, AWAY));
        scene.refuse(Refusal.CONFLICT, new BeginLeaving(move, 0));
        scene.refuse(Refusal.CONFLICT, new CommitMove(move, THIRD, scene.now()));
    }

    @Test
    void whatIsHandedOverIsWholeOnBothNodesAndOfWhatMoves() {
        var move = start(AWAY);
        scene.accept(new BeginLeaving(move, 0));

        scene.refuse(Refusal.CONFLICT, over(move, 1, FIRST, HOME));
        scene.refuse(Refusal.CONFLICT, over(move, 1, FIRST, HOME, THIRD));
        scene.refuse(Refusal.CONFLICT, over(move, 1, FIRST, HOME, AWAY, AWAY));
        scene.refuse(Refusal.INVALID, over(move, 1, SECOND, HOME, AWAY));
        scene.refuse(Refusal.CONFLICT, over(move, 0, FIRST, HOME, AWAY));
    }

    @Test
    void oneProcessMovesToOneReadyOtherNodeAtATime() {
        scene.refuse(Refusal.CONFLICT, start(FIRST, HOME, LIMIT));
        scene.refuse(Refusal.NOT_FOUND, start(FIRST, new NodeId("nobody"), LIMIT));
        scene.refuse(Refusal.CONFLICT, start(SECOND, AWAY, LIMIT));
        scene.refuse(Refusal.INVALID, start(FIRST, AWAY, Duration.ZERO));
        scene.refuse(Refusal.INVALID, start(FIRST, AWAY, Duration.ofDays(2)));
        scene.lose(THIRD);
        scene.refuse(Refusal.CONFLICT, start(FIRST, THIRD, LIMIT));
        var move = start(AWAY);
        assertThat(scene.refuse(Refusal.CONFLICT, start(FIRST, AWAY, LIMIT)))
                .contains("by operation " + move);
        scene.refuse(
                Refusal.NOT_FOUND,
                new StartMigration(
                        new ProcessId(77),
                        FIRST,
                        AWAY,
                        Migration.Mode.WARM,
                        LIMIT,
                        scene.now(),
                        WHY));
    }

    @Test
    void aMigrationThatNobodyKnowsIsRefused() {
        var unknown = new MigrationId(99);
        scene.refuse(Refusal.NOT_FOUND, new BeginLeaving(unknown, 0));
        scene.refuse(Refusal.NOT_FOUND, over(unknown, 1, FIRST, HOME, AWAY));
        scene.refuse(Refusal.NOT_FOUND, new CommitMove(unknown, AWAY, scene.now()));
        scene.refuse(Refusal.NOT_FOUND, new ReportResumed(unknown, AWAY, scene.now()));
        scene.refuse(Refusal.NOT_FOUND, abort(unknown));
    }

    @Test
    void theOldestOnesThatAreOverMakeRoom() {
        var first = start(AWAY);
        scene.accept(abort(first));
        for (var i = 0; i < MigrationRules.MAX_OVER; i++) {
            scene.accept(abort(start(AWAY)));
        }
        assertThat(scene.image().migrations().find(first)).isEmpty();
        assertThat(scene.image().migrations().size()).isEqualTo(MigrationRules.MAX_OVER);
        assertThat(scene.process(process).nextEpoch())
                .isEqualTo(new Epoch(MigrationRules.MAX_OVER + 3));
    }

    private MigrationId start(NodeId to) {
        var created = scene.accepted(start(scene.epoch(process), to, LIMIT)).created();
        return new MigrationId(created);
    }

    private MigrationId startPostCopy() {
        var start =
                new StartMigration(
                        process,
                        scene.epoch(process),
                        AWAY,
                        Migration.Mode.POST_COPY,
                        LIMIT,
                        scene.now(),
                        WHY);
        return new MigrationId(scene.accepted(start).created());
    }

    private StartMigration start(Epoch epoch, NodeId to, Duration limit) {
        return new StartMigration(process, epoch, to, Migration.Mode.WARM, limit, scene.now(), WHY);
    }

    /// Takes a migration as many steps on.
    private void advance(MigrationId move, int steps) {
        if (steps > 0) {
            scene.accept(new BeginLeaving(move, 100));
        }
        if (steps > 1) {
            handOver(move, scene.process(process).lastGeneration() + 1);
        }
        if (steps > 2) {
            scene.accept(new CommitMove(move, AWAY, scene.now()));
        }
    }

    private void handOver(MigrationId move, long number) {
        scene.accept(over(move, number, scene.epoch(process), HOME, AWAY));
    }

    private HandOver over(MigrationId move, long number, Epoch epoch, NodeId... copies) {
        return new HandOver(
                move, Samples.generation(process, number, epoch, copies), 7, scene.now());
    }

    private AbortMigration abort(MigrationId move) {
        return new AbortMigration(move, "cancelled", scene.now());
    }

    private Migration migration(MigrationId move) {
        return scene.image().migrations().require(move);
    }

    private Step step(MigrationId move) {
        return migration(move).step();
    }

    private void assertRunsOn(NodeId node, Epoch epoch) {
        assertThat(scene.phase(process)).isInstanceOf(Phase.Running.class);
        assertThat(scene.phase(process).host()).isEqualTo(Optional.of(node));
        assertThat(scene.epoch(process)).isEqualTo(epoch);
    }
}
