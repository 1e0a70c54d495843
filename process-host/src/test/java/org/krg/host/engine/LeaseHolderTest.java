// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.node;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.model.Node;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;

final class LeaseHolderTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final LeaseSettings SETTINGS =
            new LeaseSettings(
                    Duration.ofSeconds(10),
                    Duration.ofMillis(50),
                    Duration.ofSeconds(7),
                    Duration.ofMillis(500));

    private final FakeStore store = new FakeStore(HERE);
    private final ManualTicker ticker = new ManualTicker();
    private final AtomicLong sessions = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong askedFor = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private volatile CompletableFuture<Renewals.Answer> answer = granted();
    private volatile Optional<CompletableFuture<Renewals.Answer>> ofTheFirst = Optional.empty();
    private final LeaseHolder holder =
            new LeaseHolder(
                    new RegisterNode(node(HERE, 0, Node.State.READY), NOW),
                    store,
                    new Proposals(store, () -> new SessionId(sessions.incrementAndGet()), timer),
                    (_, starts) -> {
                        asked.incrementAndGet();
                        askedFor.set(starts);
                        return ofTheFirst.filter(_ -> starts == 1).orElse(answer);
                    },
                    SETTINGS,
                    ticker,
                    () -> NOW,
                    _ -> {});

    @AfterEach
    void stop() {
        holder.close();
        timer.shutdownNow();
    }

    @Test
    void aNodeRegistersAndHoldsItsLeaseFromWhenItAsked() {
        holder.start();
        await().atMost(LIMIT).until(() -> holder.lease().deadline().isPositive());

        assertThat(store.commands(RegisterNode.class)).hasSize(1);
        assertThat(holder.lease().deadline()).isEqualTo(ticker.now().plusSeconds(7));
        assertThat(holder.lease().stands(ticker.now(), store.image().revision())).isTrue();
    }

    @Test
    void eachRenewalMovesTheDeadline() {
        holder.start();
        await().atMost(LIMIT).until(() -> holder.lease().deadline().isPositive());
        ticker.advance(Duration.ofSeconds(2));

        var due = ticker.now().plusSeconds(7);
        await().atMost(LIMIT).until(() -> holder.lease().deadline().equals(due));
        assertThat(store.commands(RegisterNode.class)).hasSize(1);
    }

    @Test
    void withoutAnAnswerTheLeaseEnds() {
        holder.start();
        await().atMost(LIMIT).until(() -> holder.lease().deadline().isPositive());
        answer = CompletableFuture.failedFuture(new NoQuorum("no leader"));
        var before = asked.get();
        await().atMost(LIMIT).until(() -> advanceUntil(before + 3));
        ticker.advance(Duration.ofSeconds(8));

        assertThat(holder.lease().stands(ticker.now(), store.image().revision())).isFalse();
    }

    @Test
    void aNodeWhoseLeaseWasTakenBackRegistersAgain() {
        holder.start();
        await().atMost(LIMIT).until(() -> holder.lease().deadline().isPositive());
        answer = refused();
        await().atMost(LIMIT)
                .until(() -> {
                    ticker.advance(SETTINGS.renewEvery());
                    return store.commands(RegisterNode.class).size() > 1;
                });
        answer = granted();
    }

    @Test
    void aNodeWhoseReplicaCatchesUpForLongKeepsItsLease() {
        store.fallBehind();
        holder.start();
        await().atMost(LIMIT).until(() -> holder.lease().deadline().isPositive());
        ticker.advance(Duration.ofSeconds(2));

        var due = ticker.now().plusSeconds(7);
        await().atMost(LIMIT).until(() -> holder.lease().deadline().equals(due));
        assertThat(askedFor).hasValue(1);
        assertThat(store.commands(RegisterNode.class)).hasSize(1);
    }

    @Test
    void aNodeKnowsHowFarItsReplicaIsBehindTheLeader() {
        store.fallBehind();
        holder.start();
        await().atMost(LIMIT).until(() -> holder.lease().deadline().isPositive());
        answer =
                CompletableFuture.completedFuture(new Renewals.Answer.Granted(new Revision(5_000)));

        await().atMost(LIMIT)
                .until(() -> {
                    ticker.advance(SETTINGS.renewEvery());
                    return holder.behind() == 5_000;
                });
    }

    @Test
    void theReplicaTellsTheStartThatALeaderOfAnEarlierVersionDoesNot() {
        store.sayLess();
        holder.start();
        await().atMost(LIMIT).until(() -> advanceUntil(2));

        assertThat(askedFor).hasValue(1);
        assertThat(store.commands(RegisterNode.class)).hasSize(1);
    }

    @Test
    void thatAnEarlierRegistrationIsOverSaysNothingAboutThePresentOne() {
        var late = new CompletableFuture<Renewals.Answer>();
        answer = late;
        holder.start();
        await().atMost(LIMIT).until(() -> advanceUntil(1));
        ofTheFirst = Optional.of(refused());
        answer = granted();
        await().atMost(LIMIT).until(() -> advanceUntil(2) && askedFor.get() == 2);

        late.complete(refused().join());

        var before = asked.get();
        await().atMost(LIMIT).until(() -> advanceUntil(before + 3));
        assertThat(askedFor).hasValue(2);
        assertThat(store.commands(RegisterNode.class)).hasSize(2);
    }

    @Test
    void anAgentThatFindsNoQuorumRegistersWhenThereIsOne() {
        store.quorum(false);
        holder.start();
        await().during(Duration.ofMillis(300))
                .atMost(LIMIT)
                .until(() -> store.commands(RegisterNode.class).isEmpty());
        store.quorum(true);
        await().atMost(LIMIT).until(() -> store.commands(RegisterNode.class).size() == 1);
    }

    private boolean advanceUntil(int times) {
        ticker.advance(SETTINGS.renewEvery());
        return asked.get() >= times;
    }

    private static CompletableFuture<Renewals.Answer> refused() {
        return CompletableFuture.completedFuture(new Renewals.Answer.Refused("lost"));
    }

    private CompletableFuture<Renewals.Answer> granted() {
        return CompletableFuture.completedFuture(
                new Renewals.Answer.Granted(store.image().revision()));
    }
}
