// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.node;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.host.HostFailure;
import org.krg.host.core.Images;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.core.OwnLease;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.GenerationCommand.ReportCheckpointFailed;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Operation;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.command.Reply;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Engine;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.StopOrder;
import org.krg.testkit.Samples;

final class HostEngineTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final CheckpointPolicy PERIODIC =
            new CheckpointPolicy(Engine.CRIU, PERIOD, 1, 0, 2);

    private final FakeStore store = new FakeStore(HERE);
    private final FakeMachine machine = new FakeMachine();
    private final FakeCheckpointing checkpoints = new FakeCheckpointing(machine);
    private final ManualTicker ticker = new ManualTicker();
    private final AtomicLong sessions = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Proposals proposals =
            new Proposals(store, () -> new SessionId(sessions.incrementAndGet()), timer);
    private volatile OwnLease lease = new OwnLease(Duration.ofDays(1), Revision.ZERO);
    private final AtomicInteger looks = new AtomicInteger();
    private final HostEngine engine =
            new HostEngine(
                    HERE,
                    store,
                    machine,
                    checkpoints,
                    proposals,
                    this::look,
                    ticker,
                    () -> NOW,
                    Failpoints.NONE,
                    new MetricRegistry());

    private OwnLease look() {
        looks.incrementAndGet();
        return lease;
    }

    /// Until nothing is decided any more by the lease as it was.
    private void loseLease() {
        lease = OwnLease.NONE;
        awaitTurns();
    }

    private void awaitTurns() {
        var before = looks.get();
        await().atMost(LIMIT).until(() -> looks.get() > before + 1);
    }

    @BeforeEach
    void oneNode() {
        propose(new RegisterNode(node(HERE, 0, Node.State.READY), NOW));
    }

    @AfterEach
    void stop() {
        engine.close();
        proposals.close();
        timer.shutdownNow();
    }

    @Test
    void anAssignedProcessIsStartedReportedAndItsExitToo() {
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);

        machine.end(cell, new ProcessExit.Exited(3));

        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Ended);
        assertThat(process().phase())
                .isInstanceOfSatisfying(
                        Phase.Ended.class,
                        ended -> assertThat(ended.outcome().exitCode()).isEqualTo(3));
        assertThat(machine.done()).startsWith("start " + cell).contains("release " + cell);
    }

    @Test
    void anEndIsReportedOnlyWhenTheCellIsReleased() {
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        machine.end(cell, new ProcessExit.Exited(0));
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Ended);
        assertThat(machine.done()).contains("release " + cell);
    }

    @Test
    void aProgramThatCannotBeExecutedEndsAsNotStarted() {
        machine.failStarts(
                new HostFailure(HostFailure.Code.NOT_EXECUTABLE, "permission denied", ""));
        engine.start();
        place(CheckpointPolicy.ON_DEMAND);
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Ended);
        assertThat(process().phase())
                .isInstanceOfSatisfying(
                        Phase.Ended.class,
                        ended ->
                                assertThat(ended.outcome())
                                        .isInstanceOfSatisfying(
                                                Outcome.NotStarted.class,
                                                it -> assertThat(it.code()).isEqualTo(126)));
    }

    @Test
    void aStartThatFailsForAnotherReasonWaitsForAnotherNode() {
        machine.failStarts(new HostFailure(HostFailure.Code.FAILED, "no cgroup", ""));
        engine.start();
        place(CheckpointPolicy.ON_DEMAND);
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Waiting);
        assertThat(process().failures()).hasSize(1);
    }

    @Test
    void aProgramThatEndsAtOnceRunsOnceAndItsExitIsReported() {
        machine.endStartsWith(new ProcessExit.Exited(3));
        engine.start();
        var cell = place(CheckpointPolicy.ON_DEMAND);

        awaitEnd(3);
        assertThat(machine.done()).containsOnlyOnce("start " + cell);
    }

    @Test
    void aRestartedAgentReportsWhatEndedWhileNoAgentRan() {
        var cell = place(CheckpointPolicy.ON_DEMAND);
        propose(new ReportStarted(process().id(), process().epoch(), HERE, NOW));
        machine.end(cell, new ProcessExit.Exited(3));
        engine.start();

        awaitEnd(3);
        assertThat(machine.done()).doesNotContain("start " + cell);
    }

    private void awaitEnd(int exitCode) {
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Ended);
        assertThat(process().phase())
                .isInstanceOfSatisfying(
                        Phase.Ended.class,
                        ended -> assertThat(ended.outcome().exitCode()).isEqualTo(exitCode));
    }

    @Test
    void aRestartedAgentAdoptsARunningCellWithoutTouchingIt() {
        var cell = place(CheckpointPolicy.ON_DEMAND);
        machine.put(cell, new State.Alive(false));
        engine.start();
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Running);
        assertThat(machine.done()).isEmpty();
    }

    @Test
    void nothingIsStartedWithoutTheLease() {
        lease = OwnLease.NONE;
        engine.start();
        var cell = place(CheckpointPolicy.ON_DEMAND);
        await().during(Duration.ofMillis(500)).atMost(LIMIT).until(() -> machine.done().isEmpty());
        lease = new OwnLease(Duration.ofDays(1), Revision.ZERO);
        await().atMost(LIMIT).until(() -> machine.done().contains("start " + cell));
    }

    @Test
    void programsRunAsDecidedUntilTheLeaseEndsUnderWhichThatWas() {
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        assertThat(machine.permitted(cell)).contains(lease.deadline());

        lease = new OwnLease(Duration.ofDays(2), Revision.ZERO);
        machine.put(cell, new State.Alive(true));

        await().atMost(LIMIT)
                .until(() -> machine.permitted(cell).equals(Optional.of(Duration.ofDays(2))));
    }

    @Test
    void whatIsToStandStillIsFrozenAndGoesOnWhenItIsTo() {
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        propose(new SetFrozen(process().id(), true));
        await().atMost(LIMIT).until(() -> machine.done().contains("freeze " + cell));

        propose(new SetFrozen(process().id(), false));

        await().atMost(LIMIT).until(() -> machine.done().contains("thaw " + cell));
        assertThat(machine.done().stream().filter(("freeze " + cell)::equals)).hasSize(1);
    }

    @Test
    void aProgramThatDoesNotFreezeHoldsUpNothing() {
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        var answer = new CompletableFuture<Void>();
        machine.holdPrograms(answer);
        propose(new SetFrozen(process().id(), true));
        awaitTurns();

        machine.end(cell, new ProcessExit.Exited(4));

        awaitEnd(4);
        answer.complete(null);
    }

    @Test
    void aNodeThatComesBackThawsWhatIsStillItsOwnAndKillsTheRest() {
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        loseLease();
        machine.put(cell, new State.Alive(true));
        await().during(Duration.ofMillis(500))
                .atMost(LIMIT)
                .until(() -> !machine.done().contains("thaw " + cell));
        lease = new OwnLease(Duration.ofDays(1), Revision.ZERO);
        await().atMost(LIMIT).until(() -> machine.done().contains("thaw " + cell));

        loseLease();
        machine.put(cell, new State.Alive(true));
        propose(new DeclareNodeLost(HERE, 1, NOW));
        await().atMost(LIMIT).until(() -> machine.done().contains("kill " + cell));
        assertThat(process().phase()).isInstanceOf(Phase.Waiting.class);
    }

    @Test
    void anOrderToEndIsASignalAndThenAKill() {
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        propose(new StopJob(process().job(), new StopOrder(15, Duration.ofSeconds(10), NOW)));
        await().atMost(LIMIT).until(() -> machine.done().contains("signal " + cell + " 15"));
        assertThat(machine.done()).doesNotContain("kill " + cell);
        ticker.advance(Duration.ofSeconds(10));
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Ended);
        assertThat(machine.done()).contains("kill " + cell);
    }

    @Test
    void aSignalThatDoesNotGetThroughHoldsNothingElseUpAndIsSentOnce() {
        var pass = new CompletableFuture<Void>();
        machine.holdPrograms(pass);
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        propose(new StopJob(process().job(), new StopOrder(15, Duration.ofSeconds(10), NOW)));
        awaitTurns();
        awaitTurns();

        pass.complete(null);

        await().atMost(LIMIT).until(() -> machine.done().contains("signal " + cell + " 15"));
        awaitTurns();
        ticker.advance(Duration.ofSeconds(10));
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Ended);
        assertThat(machine.done()).containsOnlyOnce("signal " + cell + " 15");
    }

    @Test
    void checkpointsAreTakenWhenTheyAreDueAndOldOnesGo() {
        engine.start();
        running(PERIODIC);
        for (var number = 1; number <= 4; number++) {
            var want = (long) number;
            await().atMost(LIMIT).until(() -> advanced(want));
        }
        await().atMost(LIMIT)
                .until(() -> numbers().equals(List.of(3L, 4L)) && checkpoints.stored().size() == 2);
    }

    @Test
    void aCheckpointOnDemandIsAnsweredOnceItIsCommitted() {
        engine.start();
        running(CheckpointPolicy.ON_DEMAND);
        var answer = engine.checkpoint(process().id(), true);
        assertThat(answer).succeedsWithin(LIMIT);
        assertThat(store.image().generations().require(answer.join().id()).pinned()).isTrue();
    }

    @Test
    void aCheckpointThatFailsIsAnsweredAndReported() {
        engine.start();
        running(CheckpointPolicy.ON_DEMAND);
        checkpoints.fail(
                new HostFailure(HostFailure.Code.NOT_CHECKPOINTABLE, "fd 7 is io_uring", "close"));
        assertThat(engine.checkpoint(process().id(), true))
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withMessageContaining("fd 7 is io_uring");
        await().atMost(LIMIT).until(() -> store.commands(ReportCheckpointFailed.class).size() == 1);
    }

    @Test
    void allRanksOfAJobAreSavedAsOne() {
        engine.start();
        var job = parallel(CheckpointPolicy.ON_DEMAND);

        propose(new BeginCut(job, true, NOW));

        await().atMost(LIMIT)
                .until(() -> cut(job).equals(Optional.of(new GroupCut.State.Committed())));
        for (var rank : store.image().processesOf(job)) {
            assertThat(numbers(rank)).containsExactly(1L);
        }
    }

    @Test
    void aRankThatCannotBeSavedGivesTheWholeUpAndAllGoOn() {
        engine.start();
        var job = parallel(CheckpointPolicy.ON_DEMAND);
        checkpoints.fail(
                new HostFailure(HostFailure.Code.NOT_CHECKPOINTABLE, "fd 7 is io_uring", "close"));

        propose(new BeginCut(job, true, NOW));

        await().atMost(LIMIT)
                .until(() ->
                        cut(job).filter(GroupCut.State.Abandoned.class::isInstance).isPresent());
        assertThat(cut(job).orElseThrow().toString()).contains("fd 7 is io_uring");
        assertThat(store.image().generations().size()).isZero();
        await().atMost(LIMIT)
                .until(() ->
                        machine.cells().stream()
                                .map(machine::look)
                                .allMatch(new State.Alive(false)::equals));
    }

    @Test
    void whileARankIsAtAnEarlierCheckpointTheOthersDoNotStandStillForTheNext() {
        engine.start();
        var job = parallel(CheckpointPolicy.ON_DEMAND);
        checkpoints.storing = new CompletableFuture<>();
        propose(new BeginCut(job, true, NOW));
        await().atMost(LIMIT).until(() -> checkpoints.saved.size() == 2);
        propose(new AbandonCut(job, 1, "too long"));
        propose(new BeginCut(job, true, NOW));
        awaitTurns();
        assertThat(store.image().jobs().require(job).activeCut()).isPresent();

        ticker.advance(Duration.ofSeconds(2));

        await().atMost(LIMIT).until(() -> isAbandoned(job, 2, "still at an earlier checkpoint"));
        checkpoints.storing.complete(null);
        propose(new BeginCut(job, true, NOW));
        await().atMost(LIMIT)
                .until(() -> cut(job).equals(Optional.of(new GroupCut.State.Committed())));
    }

    private boolean isAbandoned(JobId job, long number, String reason) {
        return store.image().jobs().require(job).cut().stream()
                .filter(cut -> cut.number() == number)
                .map(GroupCut::state)
                .anyMatch(state ->
                        state instanceof GroupCut.State.Abandoned(var why) && why.contains(reason));
    }

    @Test
    void periodicallyAllRanksAreSavedAndTheOldestGoesWhole() {
        engine.start();
        var job = parallel(PERIODIC);
        var ranks = store.image().processesOf(job);
        for (var number = 1; number <= 3; number++) {
            var want = (long) number;
            await().atMost(LIMIT).until(() -> advanced(ranks.getLast(), want));
        }

        await().atMost(LIMIT)
                .until(() ->
                        numbers(ranks.getFirst()).equals(List.of(2L, 3L))
                                && numbers(ranks.getLast()).equals(List.of(2L, 3L)));
    }

    @Test
    void aCheckpointOfAllRanksThatIsDueIsTakenWhenTheMoveOfOneIsOver() {
        propose(new RegisterNode(node(AWAY, 0, Node.State.READY), NOW));
        engine.start();
        var job = parallel(PERIODIC);
        var move = move(store.image().processesOf(job).getLast());
        await().atMost(LIMIT).until(() -> step(move) instanceof Migration.Step.Arriving);
        ticker.advance(PERIOD.multipliedBy(2));
        awaitTurns();
        assertThat(store.commands(BeginCut.class)).isEmpty();

        propose(new AbortMigration(move, "cancelled", NOW));

        await().atMost(LIMIT).until(() -> cut(job).isPresent());
    }

    @Test
    void theCellOfAMoveIsMadeWhileItsSourceSavesTheProgram() {
        engine.start();
        var move = leaving();
        await().atMost(LIMIT).until(() -> prepared().equals(Optional.of(new State.Prepared())));
        assertThat(machine.done()).containsOnlyOnce("prepare " + arriving());

        handOver(move);

        await().atMost(LIMIT).until(() -> step(move) instanceof Migration.Step.Moved);
        assertThat(machine.done()).doesNotContain("discard " + arriving());
    }

    @Test
    void aCellThatCannotBeMadeAheadIsMadeAtTheRestore() {
        machine.failStarts(new HostFailure(HostFailure.Code.FAILED, "no namespaces", ""));
        engine.start();
        var move = leaving();
        await().atMost(LIMIT).until(() -> prepared().equals(Optional.of(new State.Unfinished())));
        awaitTurns();
        assertThat(machine.done()).containsOnlyOnce("prepare " + arriving());

        handOver(move);

        await().atMost(LIMIT).until(() -> step(move) instanceof Migration.Step.Moved);
        assertThat(machine.done()).contains("discard " + arriving());
        assertThat(store.commands(AbortMigration.class)).isEmpty();
    }

    @Test
    void aCellMadeForAMoveThatIsGivenUpIsRemoved() {
        engine.start();
        var move = leaving();
        await().atMost(LIMIT).until(() -> prepared().equals(Optional.of(new State.Prepared())));

        propose(new AbortMigration(move, "cancelled", NOW));

        await().atMost(LIMIT).until(() -> prepared().isEmpty());
    }

    @Test
    void whatStandsStillForAMoveThatIsGivenUpGoesOnWithTheNextBlock() {
        propose(new RegisterNode(node(AWAY, 0, Node.State.READY), NOW));
        engine.start();
        var cell = running(CheckpointPolicy.ON_DEMAND);
        checkpoints.copying = new CompletableFuture<>();
        var move = move(process());
        await().atMost(LIMIT).until(() -> !checkpoints.held.isEmpty());

        propose(new AbortMigration(move, "cancelled", NOW));
        checkpoints.copying.complete(null);

        await().atMost(LIMIT).until(() -> machine.done().contains("thaw " + cell));
        assertThat(store.commands(HandOver.class)).isEmpty();
    }

    /// Two programs are saved at a time, and drains begin more moves than that.
    @Test
    void aMoveThatIsGivenUpWhileItWaitsForItsTurnFreezesNothing() {
        propose(new RegisterNode(node(AWAY, 0, Node.State.READY), NOW));
        engine.start();
        checkpoints.copying = new CompletableFuture<>();
        for (var number = 0; number < 3; number++) {
            var rank = running("heat" + number);
            move(rank);
            var before = Math.min(number + 1, 2);
            await().atMost(LIMIT).until(() -> checkpoints.held.size() == before);
        }
        await().atMost(LIMIT).until(() -> leavingAll());
        awaitTurns();

        propose(new AbortMigration(migrations().getLast().id(), "cancelled", NOW));
        checkpoints.copying.complete(null);

        await().atMost(LIMIT).until(() -> store.commands(HandOver.class).size() == 2);
        await().atMost(LIMIT).until(() -> store.commands(AbortMigration.class).size() == 2);
        assertThat(checkpoints.held).hasSize(2);
    }

    private boolean leavingAll() {
        return migrations().stream().allMatch(it -> it.step() instanceof Migration.Step.Leaving);
    }

    private List<Migration> migrations() {
        return store.image().migrations().values();
    }

    private HostedProcess running(String name) {
        var spec = Images.spec(List.of("/bin/true"), CheckpointPolicy.ON_DEMAND);
        propose(new SubmitJob(name, spec, spec.runAs(), NOW));
        var waiting = store.image().processes().values().getLast();
        var decision = new PlacementDecision("test", Optional.of(HERE), List.of(), NOW);
        propose(new Place(waiting.id(), waiting.epoch(), HERE, decision, NOW));
        await().atMost(LIMIT)
                .until(() ->
                        store.image().processes().require(waiting.id()).phase()
                                instanceof Phase.Running);
        return store.image().processes().require(waiting.id());
    }

    /// {@return the cell of the incarnation that arrives}
    private CellId arriving() {
        var route = store.image().migrations().values().getFirst().route();
        return new CellId(route.process().value(), route.next().value());
    }

    private Optional<State> prepared() {
        var cell = arriving();
        return machine.cells().contains(cell) ? Optional.of(machine.look(cell)) : Optional.empty();
    }

    /// {@return a move to this node whose source saves the program}
    private MigrationId leaving() {
        if (store.image().nodes().find(HERE).isEmpty()) {
            propose(new RegisterNode(node(HERE, 0, Node.State.READY), NOW));
        }
        place(CheckpointPolicy.ON_DEMAND, AWAY);
        propose(new ReportStarted(process().id(), process().epoch(), AWAY, NOW));
        var mode = Migration.Mode.STOP_COPY;
        var limit = Duration.ofSeconds(30);
        var process = process();
        propose(new StartMigration(process.id(), process.epoch(), HERE, mode, limit, NOW, "asked"));
        var move = store.image().activeMigration(process.id()).orElseThrow().id();
        propose(new BeginLeaving(move, 0));
        return move;
    }

    private void handOver(MigrationId move) {
        var process = process();
        var saved = Samples.generation(process.id(), 1, process.epoch(), AWAY, HERE);
        propose(new HandOver(move, saved, 7, NOW));
    }

    private MigrationId move(HostedProcess rank) {
        var mode = Migration.Mode.STOP_COPY;
        var limit = Duration.ofSeconds(30);
        propose(new StartMigration(rank.id(), rank.epoch(), AWAY, mode, limit, NOW, "asked"));
        return store.image().activeMigration(rank.id()).orElseThrow().id();
    }

    private Migration.Step step(MigrationId move) {
        return store.image().migrations().require(move).step();
    }

    private JobId parallel(CheckpointPolicy policy) {
        var spec = Images.spec(List.of("/bin/true"), policy).withRanks(2);
        propose(new SubmitJob("ring", spec, spec.runAs(), NOW));
        var job = process().job();
        var decision = new PlacementDecision("test", Optional.of(HERE), List.of(), NOW);
        for (var rank : store.image().processesOf(job)) {
            propose(new Place(rank.id(), rank.epoch(), HERE, decision, NOW));
        }
        await().atMost(LIMIT)
                .until(() ->
                        store.image().processesOf(job).stream()
                                .allMatch(rank -> rank.phase() instanceof Phase.Running));
        return job;
    }

    private Optional<GroupCut.State> cut(JobId job) {
        return store.image().jobs().require(job).cut().map(GroupCut::state);
    }

    private boolean advanced(HostedProcess rank, long want) {
        ticker.advance(Duration.ofSeconds(1));
        return store.image().processes().require(rank.id()).lastGeneration() >= want;
    }

    private List<Long> numbers(HostedProcess rank) {
        return store.image().generationsOf(rank.id()).stream()
                .map(generation -> generation.id().number())
                .toList();
    }

    @Test
    void aCheckpointOfAProcessThatIsNotHereIsRefused() {
        engine.start();
        place(CheckpointPolicy.ON_DEMAND, AWAY);
        assertThat(engine.checkpoint(process().id(), true))
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withMessageContaining("does not run on this node");
    }

    @Test
    void imagesThatNobodyCommittedAreRemoved() {
        engine.start();
        running(CheckpointPolicy.ON_DEMAND);
        var orphan = new GenerationId(process().id(), 1);
        var newer = new GenerationId(process().id(), 9);
        checkpoints.store(orphan);
        checkpoints.store(newer);
        assertThat(engine.checkpoint(process().id(), true)).succeedsWithin(LIMIT);
        assertThat(engine.checkpoint(process().id(), true)).succeedsWithin(LIMIT);
        await().atMost(LIMIT)
                .until(() ->
                        checkpoints.stored().contains(new StoredManifest(newer, Images.DIGEST))
                                && numbers().size() == 2);
    }

    private boolean advanced(long want) {
        ticker.advance(Duration.ofSeconds(1));
        return process().lastGeneration() >= want;
    }

    private List<Long> numbers() {
        return store.image().generationsOf(process().id()).stream()
                .map(generation -> generation.id().number())
                .toList();
    }

    private CellId running(CheckpointPolicy policy) {
        var cell = place(policy);
        await().atMost(LIMIT).until(() -> process().phase() instanceof Phase.Running);
        return cell;
    }

    private CellId place(CheckpointPolicy policy) {
        return place(policy, HERE);
    }

    private CellId place(CheckpointPolicy policy, NodeId node) {
        if (store.image().nodes().find(node).isEmpty()) {
            propose(new RegisterNode(Images.node(node, 0, Node.State.READY), NOW));
        }
        var spec = Images.spec(List.of("/bin/true"), policy);
        propose(new SubmitJob("heat", spec, spec.runAs(), NOW));
        var waiting = process();
        var decision = new PlacementDecision("test", Optional.of(node), List.of(), NOW);
        propose(new Place(waiting.id(), waiting.epoch(), node, decision, NOW));
        return new CellId(waiting.id().value(), process().epoch().value());
    }

    private HostedProcess process() {
        return store.image().processes().values().getFirst();
    }

    private void propose(Command command) {
        var operation = new Operation(new SessionId(sessions.incrementAndGet()), 1, 0, command);
        assertThat(store.submit(operation).join()).isInstanceOf(Reply.Accepted.class);
    }
}
