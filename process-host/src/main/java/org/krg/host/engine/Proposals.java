// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore;
import org.krg.state.command.Command;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.model.SessionId;

/// Proposes commands of this node's own session until the answer is definite, however long there is
/// no quorum. Safe for use from any thread.
public final class Proposals implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    /// A quorum that comes back is noticed within this time.
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final ClusterStore store;
    private final Supplier<SessionId> sessions;
    private final ScheduledExecutorService timer;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Session session;

    /// Owned by whoever holds this object's lock.
    private static final class Session {
        private final SessionId id;
        private long sequence;

        Session(SessionId id) {
            this.id = id;
        }
    }

    /// The agent stops; what became of the proposal is not known.
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("the agent stops");
        }
    }

    /// @param sessions random numbers that nobody else picks
    /// @param timer runs the retries; not owned
    public Proposals(
            ClusterStore store, Supplier<SessionId> sessions, ScheduledExecutorService timer) {
        this.store = store;
        this.sessions = sessions;
        this.timer = timer;
        this.session = new Session(sessions.get());
    }

    /// {@return the definite answer} Fails with [Stopped] only.
    public CompletableFuture<Reply> submit(Command command) {
        var answer = new CompletableFuture<Reply>();
        attempt(next(command), FIRST_PAUSE, answer);
        return answer;
    }

    /// Gives up on what has no answer yet.
    @Override
    public void close() {
        closed.set(true);
    }

    private void attempt(Operation operation, Duration pause, CompletableFuture<Reply> answer) {
        if (closed.get()) {
            answer.completeExceptionally(new Stopped());
            return;
        }
        var _ =
                store.submit(operation)
                        .whenComplete(
                                (reply, failure) -> take(operation, pause, answer, reply, failure));
    }

    private void take(
            Operation operation,
            Duration pause,
            CompletableFuture<Reply> answer,
            @Nullable Reply reply,
            @Nullable Throwable failure) {
        if (reply instanceof Reply.Refused refused
                && refused.refusal() == Refusal.SESSION_EXPIRED) {
            // What the agent proposes is fenced by epochs: a second effect would be refused.
            retry(renewed(operation), pause, answer);
        } else if (reply != null) {
            answer.complete(reply);
        } else if (isTransient(failure)) {
            retry(operation, pause, answer);
        } else {
            answer.completeExceptionally(failure == null ? new Stopped() : failure);
        }
    }

    private void retry(Operation operation, Duration pause, CompletableFuture<Reply> answer) {
        var doubled = pause.multipliedBy(2);
        var next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        try {
            var _ =
                    timer.schedule(
                            () -> attempt(operation, next, answer),
                            pause.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            answer.completeExceptionally(new Stopped());
        }
    }

    private static boolean isTransient(@Nullable Throwable failure) {
        var cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        return cause instanceof ClusterStore.NoQuorum
                || cause instanceof ClusterStore.UnknownOutcome;
    }

    private synchronized Operation next(Command command) {
        session.sequence++;
        return new Operation(session.id, session.sequence, 0, command);
    }

    private synchronized Operation renewed(Operation expired) {
        if (expired.session().equals(session.id)) {
            session = new Session(sessions.get());
        }
        return next(expired.command());
    }
}
