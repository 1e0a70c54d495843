// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.KeySpace.NotPermitted;
import org.krg.state.core.Authority;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.LeaseId;

/// Renews leases for the users of this node. What comes while a question is under way goes with the
/// next one, so that the leader is asked once for many. Safe for use from any thread.
public final class LeaseKeeping {
    /// Leases in one question.
    static final int MOST_ASKED = 10_000;

    /// How long a leader is looked for; a lease that lasts for less is lost in an election anyway.
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ClusterStore store;
    private final LeaseTerms leader;
    private final Ticker ticker;
    private final ScheduledExecutorService timer;
    private final Line renewals = new Line(true);
    private final Line questions = new Line(false);

    /// @param store tells whose a lease is
    /// @param timer runs the retries; not owned
    public LeaseKeeping(
            ClusterStore store, LeaseTerms leader, Ticker ticker, ScheduledExecutorService timer) {
        this.store = store;
        this.leader = leader;
        this.ticker = ticker;
        this.timer = timer;
    }

    /// Has a lease last its whole time again. Fails with [NoQuorum] when no leader can be asked,
    /// with [NotPermitted] when the lease is somebody else's.
    public CompletableFuture<Term> renew(String principal, LeaseId lease) {
        return ask(renewals, principal, lease);
    }

    /// {@return how long a lease lasts} Fails as [#renew].
    public CompletableFuture<Term> term(String principal, LeaseId lease) {
        return ask(questions, principal, lease);
    }

    /// A replica that does not know of the lease yet catches up before it tells whose it is.
    private CompletableFuture<Term> ask(Line line, String principal, LeaseId lease) {
        var here = store.image();
        if (here.leases().find(lease).isPresent() || here.access().isRoot(principal)) {
            return ask(line, here, principal, lease);
        }
        return store.read().thenCompose(image -> ask(line, image, principal, lease));
    }

    private static CompletableFuture<Term> ask(
            Line line, ClusterImage image, String principal, LeaseId lease) {
        return image.leases()
                .find(lease)
                .flatMap(known -> Authority.problem(image, principal, known))
                .map(problem -> CompletableFuture.<Term>failedFuture(new NotPermitted(problem)))
                .orElseGet(() -> line.add(lease));
    }

    /// Those who wait for an answer about one lease.
    private static final class Waiting {
        private final Duration until;
        private final CompletableFuture<Term> answer = new CompletableFuture<>();

        Waiting(Duration until) {
            this.until = until;
        }
    }

    /// Questions of one kind. Guarded by its monitor.
    private final class Line {
        private final boolean renews;
        private final Map<LeaseId, Waiting> next = new LinkedHashMap<>();
        private boolean underWay;

        Line(boolean renews) {
            this.renews = renews;
        }

        CompletableFuture<Term> add(LeaseId lease) {
            Waiting waiting;
            synchronized (this) {
                waiting =
                        next.computeIfAbsent(lease, _ -> new Waiting(ticker.now().plus(PATIENCE)));
            }
            askIfIdle();
            return waiting.answer;
        }

        private void askIfIdle() {
            var asked = take();
            if (!asked.isEmpty()) {
                var leases = List.copyOf(asked.keySet());
                var _ =
                        leader.ask(leases, renews)
                                .whenComplete((terms, failure) -> finish(asked, terms, failure));
            }
        }

        private synchronized Map<LeaseId, Waiting> take() {
            var asked = new LinkedHashMap<LeaseId, Waiting>();
            if (!underWay) {
                next.entrySet().stream()
                        .limit(MOST_ASKED)
                        .forEach(each -> asked.put(each.getKey(), each.getValue()));
                next.keySet().removeAll(asked.keySet());
                underWay = !asked.isEmpty();
            }
            return asked;
        }

        private void finish(
                Map<LeaseId, Waiting> asked,
                @Nullable List<Term> terms,
                @Nullable Throwable failure) {
            if (terms != null && terms.size() == asked.size()) {
                idle();
                var each = terms.iterator();
                asked.values().forEach(waiting -> waiting.answer.complete(each.next()));
                askIfIdle();
            } else {
                retry(asked, failure);
            }
        }

        private void retry(Map<LeaseId, Waiting> asked, @Nullable Throwable failure) {
            var now = ticker.now();
            var given = new ArrayList<Waiting>();
            synchronized (this) {
                asked.forEach((lease, waiting) -> {
                    if (now.compareTo(waiting.until) < 0) {
                        join(lease, waiting);
                    } else {
                        given.add(waiting);
                    }
                });
            }
            given.forEach(waiting -> waiting.answer.completeExceptionally(unanswered(failure)));
            try {
                var _ = timer.schedule(this::again, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopping) {
                giveUp();
            }
        }

        /// Asks again with whoever else asks about the same lease meanwhile.
        private void join(LeaseId lease, Waiting waiting) {
            var newer = next.putIfAbsent(lease, waiting);
            if (newer != null) {
                var _ =
                        newer.answer.whenComplete((term, failed) -> {
                            if (failed == null) {
                                waiting.answer.complete(term);
                            } else {
                                waiting.answer.completeExceptionally(failed);
                            }
                        });
            }
        }

        private void again() {
            idle();
            askIfIdle();
        }

        private synchronized void idle() {
            underWay = false;
        }

        private void giveUp() {
            List<Waiting> left;
            synchronized (this) {
                left = List.copyOf(next.values());
                next.clear();
            }
            left.forEach(waiting -> waiting.answer.completeExceptionally(unanswered(null)));
        }
    }

    private static NoQuorum unanswered(@Nullable Throwable failure) {
        var cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return new NoQuorum(
                "no leader can be asked about leases"
                        + (cause == null ? "" : ": " + cause.getMessage()));
    }
}
