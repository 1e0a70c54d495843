// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.Leadership;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.Operation;
import org.krg.state.event.LeaseEvent;
import org.krg.state.image.ClusterChange;
import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;
import org.krg.state.model.SessionId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures users' leases while this node leads, renews them, and has those end that were not
/// renewed in time. Under a new leader every lease has its whole time again, so none ends early.
///
/// All fields are owned by the thread of the leases.
public final class UserLeases implements LeaseTerms, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UserLeases.class);

    /// Questions of a few hundred nodes, each about many leases, and changes of the state.
    private static final int INBOX_SIZE = 4_096;

    /// How late the end of a lease is seen at most.
    private static final Duration TICK = Duration.ofMillis(50);

    /// Ends that are proposed at once: so many leases of one client may be over together.
    private static final int MOST_PROPOSED = 64;

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final ClusterStore store;
    private final Supplier<SessionId> sessions;
    private final Ticker ticker;
    private final InputLoop<Input> loop;

    /// Apart from the inbox, so that the thread itself may add to it; at most [#MOST_PROPOSED].
    private final Queue<Replied> replies = new ConcurrentLinkedQueue<>();

    private Optional<Reign> reign = Optional.empty();

    private sealed interface Input {
        record Leads(Leadership leadership) implements Input {}

        record Granted(Lease lease) implements Input {}

        record Ended(Lease lease) implements Input {}

        /// The state was replaced as a whole.
        record Replaced() implements Input {}

        record Asked(
                List<LeaseId> leases,
                boolean renews,
                Duration received,
                CompletableFuture<List<Term>> answer)
                implements Input {}
    }

    /// A proposal that was made under a term has an answer.
    private record Replied(long term, Grant grant) {}

    /// One grant of a lease: another with the same number has another token.
    private record Grant(LeaseId lease, long token) implements Comparable<Grant> {
        static Grant of(Lease lease) {
            return new Grant(lease.id(), lease.token());
        }

        @Override
        public int compareTo(Grant other) {
            var byLease = lease.compareTo(other.lease);
            return byLease != 0 ? byLease : Long.compare(token, other.token);
        }
    }

    /// One uninterrupted leadership of this node.
    private static final class Reign {
        private final long term;
        private final SessionId session;
        private final Deadlines<Grant> deadlines = new Deadlines<>();
        private final Deque<Grant> over = new ArrayDeque<>();
        private int proposed;
        private long sequence;

        Reign(long term, SessionId session) {
            this.term = term;
            this.session = session;
        }
    }

    /// @param sessions random numbers that nobody else picks
    public UserLeases(ClusterStore store, Supplier<SessionId> sessions, Ticker ticker) {
        this.store = store;
        this.sessions = sessions;
        this.ticker = ticker;
        this.loop = new InputLoop<>("krg-leases", INBOX_SIZE, STOP_LIMIT, new Owner());
    }

    /// Begins to watch who leads.
    public void start() {
        loop.start();
        // Ends with the store.
        var _ = store.onChange(this::follow);
        store.onLeadership(leadership -> loop.post(new Input.Leads(leadership)));
    }

    @Override
    public CompletableFuture<List<Term>> ask(List<LeaseId> leases, boolean renews) {
        var received = ticker.now();
        return store.confirmLeadership()
                .thenCompose(_ -> {
                    var answer = new CompletableFuture<List<Term>>();
                    loop.post(new Input.Asked(List.copyOf(leases), renews, received, answer));
                    return answer;
                });
    }

    @Override
    public void close() {
        loop.close();
    }

    @SuppressWarnings("ReferenceEquality") // Tables that are the same need not be compared.
    private void follow(ClusterChange change) {
        if (change.events().isEmpty()) {
            if (change.before().leases() != change.after().leases()) {
                loop.post(new Input.Replaced());
            }
            return;
        }
        for (var recorded : change.events()) {
            if (recorded.event() instanceof LeaseEvent(var kind, var lease, _)) {
                loop.post(
                        kind == LeaseEvent.Kind.GRANTED
                                ? new Input.Granted(lease)
                                : new Input.Ended(lease));
            }
        }
    }

    private final class Owner implements InputLoop.Owner<Input> {
        @Override
        public void handle(Input input) {
            UserLeases.this.handle(input);
        }

        @Override
        public void look() {
            takeReplies();
            reign.ifPresent(now -> endThoseOver(now));
        }

        @Override
        public Duration nextPause() {
            return TICK;
        }
    }

    private void handle(Input input) {
        switch (input) {
            case Input.Leads(var leadership) -> follow(leadership);
            case Input.Granted(var lease) ->
                    reign.ifPresent(
                            now -> now.deadlines.begin(Grant.of(lease), lease.ttl(), moment()));
            case Input.Ended(var lease) ->
                    reign.ifPresent(now -> now.deadlines.end(Grant.of(lease)));
            case Input.Replaced _ -> reign.ifPresent(this::takeOver);
            case Input.Asked asked ->
                    reign.ifPresentOrElse(
                            now -> asked.answer().complete(terms(now, asked)),
                            () ->
                                    asked.answer()
                                            .completeExceptionally(
                                                    new NoQuorum("this node does not lead")));
        }
    }

    private void follow(Leadership leadership) {
        var leads = leadership.mine() ? Optional.of(leadership.term()) : Optional.<Long>empty();
        if (leads.equals(reign.map(now -> now.term))) {
            return;
        }
        reign = leads.map(term -> new Reign(term, sessions.get()));
        reign.ifPresent(this::takeOver);
    }

    /// Begins to measure every lease that there is, each from now on unless it is known.
    private void takeOver(Reign now) {
        var present = store.image().leases();
        now.deadlines.keepOnly(this::isPresent);
        present.values()
                .forEach(lease -> now.deadlines.begin(Grant.of(lease), lease.ttl(), moment()));
    }

    private List<Term> terms(Reign now, Input.Asked asked) {
        var present = store.image().leases();
        var terms = new ArrayList<Term>(asked.leases().size());
        for (var id : asked.leases()) {
            var lease = present.find(id);
            // Granted so shortly ago that its event is still in the inbox.
            lease.ifPresent(it -> now.deadlines.begin(Grant.of(it), it.ttl(), moment()));
            terms.add(lease.map(it -> term(now, Grant.of(it), asked)).orElseGet(Term.Over::new));
        }
        return terms;
    }

    private Term term(Reign now, Grant grant, Input.Asked asked) {
        if (asked.renews()) {
            now.deadlines.renew(grant, asked.received());
        }
        return now.deadlines
                .find(grant)
                .<Term>map(it -> new Term.Lasts(it.time(), it.deadline().minus(moment())))
                .orElseGet(Term.Over::new);
    }

    private void endThoseOver(Reign now) {
        now.over.addAll(now.deadlines.takeOver(moment()));
        while (now.proposed < MOST_PROPOSED && !now.over.isEmpty()) {
            propose(now, now.over.remove());
        }
    }

    private void propose(Reign now, Grant grant) {
        now.proposed++;
        now.sequence++;
        var expire = new ExpireLease(grant.lease(), grant.token());
        var _ =
                store.submit(new Operation(now.session, now.sequence, now.term, expire))
                        .whenComplete((reply, failure) -> {
                            if (failure != null) {
                                log.warn(
                                        "the end of a lease is lost lease={}",
                                        grant.lease(),
                                        failure);
                            }
                            replies.add(new Replied(now.term, grant));
                        });
    }

    private void takeReplies() {
        for (var reply = replies.poll(); reply != null; reply = replies.poll()) {
            var grant = reply.grant();
            var term = reply.term();
            reign.filter(now -> now.term == term).ifPresent(now -> replied(now, grant));
        }
    }

    /// What became of a proposal shows in the state; what did not take effect is proposed again.
    private void replied(Reign now, Grant grant) {
        now.proposed--;
        if (isPresent(grant)) {
            now.over.add(grant);
        } else {
            now.deadlines.end(grant);
        }
    }

    private boolean isPresent(Grant grant) {
        return store.image()
                .leases()
                .find(grant.lease())
                .map(Grant::of)
                .filter(grant::equals)
                .isPresent();
    }

    private Duration moment() {
        return ticker.now();
    }
}
