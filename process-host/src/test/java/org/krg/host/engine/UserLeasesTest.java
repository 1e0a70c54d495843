// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Images;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.Command;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.model.LeaseId;
import org.krg.state.model.SessionId;

final class UserLeasesTest {
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final Duration ALMOST = TTL.minusMillis(1);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final FakeStore store = new FakeStore(Images.HERE);
    private final ManualTicker ticker = new ManualTicker();
    private final AtomicLong sessions = new AtomicLong();
    private final UserLeases leases =
            new UserLeases(store, () -> new SessionId(sessions.incrementAndGet()), ticker);

    @BeforeEach
    void start() {
        leases.start();
    }

    @AfterEach
    void stop() {
        leases.close();
    }

    @Test
    void aLeaseThatIsNotRenewedEndsWhenItsTimeIsOverAndNotBefore() {
        store.lead(true);
        var lease = grant();
        var token = store.image().leases().find(lease).orElseThrow().token();
        assertThat(ask(lease, false)).isEqualTo(new Term.Lasts(TTL, TTL));

        ticker.advance(ALMOST);
        assertThat(ask(lease, false)).isEqualTo(new Term.Lasts(TTL, Duration.ofMillis(1)));

        ticker.advance(Duration.ofMillis(1));
        awaitEnd(lease);
        assertThat(store.commands(ExpireLease.class))
                .containsExactly(new ExpireLease(lease, token));
        assertThat(ask(lease, true)).isEqualTo(new Term.Over());
    }

    @Test
    void aRenewalGivesTheWholeTimeAgain() {
        store.lead(true);
        var lease = grant();
        ticker.advance(ALMOST);
        assertThat(ask(lease, true)).isEqualTo(new Term.Lasts(TTL, TTL));
        ticker.advance(ALMOST);
        assertThat(ask(lease, true)).isEqualTo(new Term.Lasts(TTL, TTL));

        ticker.advance(TTL);
        awaitEnd(lease);
    }

    @Test
    void aNewLeaderGivesEveryLeaseItsWholeTime() {
        store.lead(true);
        var lease = grant();
        ticker.advance(ALMOST);
        store.lead(false);
        store.lead(true);

        assertThat(ask(lease, false)).isEqualTo(new Term.Lasts(TTL, TTL));
        ticker.advance(ALMOST);
        assertThat(ask(lease, false)).isEqualTo(new Term.Lasts(TTL, Duration.ofMillis(1)));
    }

    @Test
    void aLeaseThatWasGrantedUnderAnotherLeaderIsMeasured() {
        store.lead(false);
        var lease = grant();
        ticker.advance(TTL.multipliedBy(2));
        store.lead(true);
        assertThat(ask(lease, false)).isEqualTo(new Term.Lasts(TTL, TTL));

        ticker.advance(TTL);
        awaitEnd(lease);
    }

    @Test
    void aNodeThatDoesNotLeadEndsAndRenewsNothing() {
        store.lead(true);
        var lease = grant();
        store.lead(false);
        ticker.advance(TTL.multipliedBy(2));

        assertThatThrownBy(() -> leases.ask(List.of(lease), true).get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NoQuorum.class);
        assertThat(store.image().leases().find(lease)).isPresent();
    }

    @Test
    void aRenewalThatNoMajorityConfirmsIsNotAcknowledged() {
        store.lead(true);
        var lease = grant();
        store.quorum(false);
        assertThatThrownBy(() -> leases.ask(List.of(lease), true).get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NoQuorum.class);
    }

    @Test
    void theEndThatDidNotTakeEffectIsProposedAgain() {
        store.lead(true);
        var lease = grant();
        assertThat(ask(lease, false)).isInstanceOf(Term.Lasts.class);
        store.quorum(false);
        ticker.advance(TTL);
        store.quorum(true);
        awaitEnd(lease);
    }

    @Test
    void aLeaseThatIsGrantedAnewWithItsNumberHasItsWholeTime() {
        store.lead(true);
        var lease = new LeaseId(7);
        var _ = propose(new GrantLease(lease, "me", TTL));
        ticker.advance(ALMOST);
        propose(new RevokeLease(lease));
        var _ = propose(new GrantLease(lease, "me", TTL));
        assertThat(ask(lease, false)).isEqualTo(new Term.Lasts(TTL, TTL));

        ticker.advance(ALMOST);
        assertThat(ask(lease, false)).isEqualTo(new Term.Lasts(TTL, Duration.ofMillis(1)));
        assertThat(store.commands(ExpireLease.class)).isEmpty();
    }

    @Test
    void oneQuestionIsAboutManyLeases() {
        store.lead(true);
        var first = grant();
        var second = grant();
        propose(new RevokeLease(first));
        assertThat(leases.ask(List.of(second, first, new LeaseId(4711)), true).join())
                .containsExactly(new Term.Lasts(TTL, TTL), new Term.Over(), new Term.Over());
    }

    @Test
    void manyLeasesThatAreOverTogetherEnd() {
        store.lead(true);
        for (var i = 0; i < 1_000; i++) {
            var _ = grant();
        }
        var last = grant();
        assertThat(ask(last, false)).isInstanceOf(Term.Lasts.class);
        ticker.advance(TTL);
        await().atMost(LIMIT).until(() -> store.image().leases().size() == 0);
    }

    private Term ask(LeaseId lease, boolean renews) {
        return leases.ask(List.of(lease), renews).orTimeout(20, TimeUnit.SECONDS).join().getFirst();
    }

    private void awaitEnd(LeaseId lease) {
        await().atMost(LIMIT).until(() -> store.image().leases().find(lease).isEmpty());
    }

    private LeaseId grant() {
        return new LeaseId(propose(new GrantLease("me", TTL)).created());
    }

    private Reply.Accepted propose(Command command) {
        var operation = new Operation(new SessionId(sessions.incrementAndGet()), 1, 0, command);
        var reply = store.submit(operation).join();
        assertThat(reply).isInstanceOf(Reply.Accepted.class);
        return (Reply.Accepted) reply;
    }
}
