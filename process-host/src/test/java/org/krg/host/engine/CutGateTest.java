// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.HostFailure;
import org.krg.host.core.Images;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.Member;
import org.krg.state.model.Node;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SessionId;

/// The gates of two ranks that share a segment.
class CutGateTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final FakeStore store = new FakeStore(HERE);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Proposals proposals = new Proposals(store, () -> new SessionId(1), timer);
    private final ExecutorService ranks = Executors.newFixedThreadPool(2);
    private final List<SegmentId> kept = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Boolean> mayKeep = new CompletableFuture<>();
    private JobId job = new JobId(0);
    private SegmentId segment = new SegmentId(0);
    private long number;

    @BeforeEach
    void begin() {
        propose(new RegisterNode(Images.node(HERE, 0, Node.State.READY), NOW));
        var spec = Images.spec(List.of("/bin/true"), CheckpointPolicy.ON_DEMAND).withRanks(2);
        propose(new SubmitJob("jacobi", spec, spec.runAs(), NOW));
        job = store.image().jobs().values().iterator().next().id();
        var decision = new PlacementDecision("test", Optional.of(HERE), List.of(), NOW);
        for (var rank : store.image().processesOf(job)) {
            propose(new Place(rank.id(), rank.epoch(), HERE, decision, NOW));
            propose(new ReportStarted(rank.id(), rank(rank.rank()).epoch(), HERE, NOW));
        }
        segment =
                new SegmentId(
                        propose(
                                new CreateSegment(
                                        "grid",
                                        4_096,
                                        spec.runAs(),
                                        0600,
                                        OwnershipMode.DEFAULT,
                                        NOW)));
        var member = Member.of(store.image().nodes().require(HERE));
        propose(new HoldSegment(segment, member, 2));
        number = propose(new BeginCut(job, false, NOW));
    }

    @AfterEach
    void stop() {
        mayKeep.complete(true);
        ranks.shutdownNow();
        proposals.close();
        timer.shutdownNow();
    }

    @Test
    void pagesAreKeptWhenAllStandStillAndNobodyGoesOnBefore() {
        var first = gate(0);
        first.standsStill(List.of(new Held(segment, 1)));
        var one = CompletableFuture.runAsync(() -> pass(first), ranks);
        assertThat(kept).isEmpty();

        var second = gate(1);
        second.standsStill(List.of(new Held(segment, 1)));
        var other = CompletableFuture.runAsync(() -> pass(second), ranks);

        await().atMost(LIMIT).until(() -> !kept.isEmpty());
        assertThat(kept).containsExactly(segment);
        assertThat(one).isNotDone();
        assertThat(other).isNotDone();
        mayKeep.complete(true);
        await().atMost(LIMIT).until(() -> one.isDone() && other.isDone());
        first.requireWhole();
        second.requireWhole();
    }

    @Test
    void aRankWhosePagesCannotBeKeptWaitsForNobody() {
        var first = gate(0);
        var second = gate(1);
        first.standsStill(List.of(new Held(segment, 1)));
        second.standsStill(List.of(new Held(segment, 1)));

        assertThatThrownBy(() ->
                        first.keepPages(saved -> {
                            throw new IllegalStateException("lost");
                        }))
                .hasMessage("lost");

        first.awaitOthers();
        assertThatThrownBy(first::requireWhole).isInstanceOf(HostFailure.class);
    }

    @Test
    void pagesThatTakeTooLongAreNamed() {
        var first = gate(0);
        var second = gate(1, Duration.ofSeconds(1));
        first.standsStill(List.of(new Held(segment, 1)));
        second.standsStill(List.of(new Held(segment, 1)));
        var _ = CompletableFuture.runAsync(() -> pass(first), ranks);
        await().atMost(LIMIT).until(() -> !kept.isEmpty());

        pass(second);

        assertThatThrownBy(second::requireWhole)
                .hasMessageContaining("the pages of its shared memory were not kept within 1 s");
    }

    @Test
    void givenUpNobodyKeepsAnythingAndAllGoOn() {
        var first = gate(0);
        first.standsStill(List.of(new Held(segment, 1)));
        var one = CompletableFuture.runAsync(() -> pass(first), ranks);

        propose(new AbandonCut(job, number, "no space"));

        await().atMost(LIMIT).until(one::isDone);
        assertThat(kept).isEmpty();
        assertThatThrownBy(first::requireWhole).hasMessageContaining("no space");
    }

    private void pass(CutGate gate) {
        gate.keepPages(saved -> {
            kept.add(saved.segment().id());
            mayKeep.join();
        });
        gate.awaitOthers();
    }

    private CutGate gate(int rank) {
        return gate(rank, CutGate.LIMIT);
    }

    private CutGate gate(int rank, Duration limit) {
        var process = rank(rank);
        var generation = new GenerationId(process.id(), number);
        return new CutGate(store, proposals, job, generation, process.epoch(), limit);
    }

    private HostedProcess rank(int number) {
        return store.image().processesOf(job).get(number);
    }

    private long propose(Command command) {
        var reply = proposals.submit(command).join();
        assertThat(reply).isInstanceOf(Reply.Accepted.class);
        return ((Reply.Accepted) reply).created();
    }
}
