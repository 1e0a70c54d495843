// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.LeaderLink;
import org.krg.state.command.Reply;
import org.krg.state.engine.Leader.NotAppended;
import org.krg.state.engine.LinkMessage.Answered;
import org.krg.state.engine.LinkMessage.AskReadIndex;
import org.krg.state.engine.LinkMessage.MayBeDone;
import org.krg.state.engine.LinkMessage.NotDone;
import org.krg.state.engine.LinkMessage.ReadIndex;
import org.krg.state.engine.LinkMessage.Submit;

/// Brings operations and questions to whoever leads, here or elsewhere, and tries again when the
/// leader changes. Trying an operation again is safe because sessions apply it once.
public final class Forwarder {
    /// How long a caller's request is tried. Within it a leader that died is replaced.
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /// How long one attempt may take: a leader that was cut off keeps quiet for longer.
    static final Duration ATTEMPT = Duration.ofSeconds(5);

    /// Between attempts.
    static final Duration PAUSE = Duration.ofMillis(50);

    /// How often an operation is tried for certain before a long absence of any leader ends it.
    private static final int TRIES = 3;

    private final Supplier<Route> route;
    private final Batcher batcher;
    private final Supplier<CompletableFuture<Long>> ownReadIndex;
    private final LongFunction<CompletableFuture<Void>> reached;
    private final LeaderLink link;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final Coalesced<Long> readIndex = new Coalesced<>(this::askReadIndex);
    private final Set<Tried<?>> live = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// Uses `ownReadIndex` and `batcher` while this node leads, else `link`. `reached` completes
    /// when this replica has applied the log up to an index.
    public Forwarder(
            Supplier<Route> route,
            Batcher batcher,
            Supplier<CompletableFuture<Long>> ownReadIndex,
            LongFunction<CompletableFuture<Void>> reached,
            LeaderLink link,
            ScheduledExecutorService timer,
            Executor executor) {
        this.route = route;
        this.batcher = batcher;
        this.ownReadIndex = ownReadIndex;
        this.reached = reached;
        this.link = link;
        this.timer = timer;
        this.executor = executor;
    }

    /// Brings an encoded operation to the leader; see [org.krg.state.ClusterStore#submit].
    public CompletableFuture<Reply> submit(ByteString operation) {
        var attempt = new Submission(operation);
        attempt.start();
        return attempt.answer;
    }

    /// Completes when this replica's state is at least as new as every reply given before the call,
    /// with the index of the log that this took.
    public CompletableFuture<Long> current() {
        var question = new Question();
        question.start();
        return question.answer;
    }

    /// Answers another node that takes this one for the leader.
    public CompletableFuture<byte[]> answer(byte[] request) {
        var answer =
                switch (LinkMessage.parse(request)) {
                    case Submit(var operation) -> propose(operation);
                    case AskReadIndex() -> ownIndex();
                    case Answered _, ReadIndex _, NotDone _, MayBeDone _ ->
                            throw new LinkMessage.BadMessage("an answer to no question");
                };
        return answer.thenApply(LinkMessage::toBytes);
    }

    /// Answers what was tried for too long. Called from time to time: a timer for each request
    /// would cost more than most requests.
    public void expire() {
        var now = System.nanoTime();
        for (var each : live) {
            if (now - each.began > PATIENCE.toNanos()) {
                executor.execute(() -> each.giveUp("in " + PATIENCE.toSeconds() + " s"));
            }
        }
    }

    /// Answers everything that is still tried.
    public void close() {
        closed = true;
        live.forEach(each -> each.giveUp("before the store was closed"));
    }

    private CompletableFuture<LinkMessage> propose(ByteString operation) {
        if (!(route.get() instanceof Route.Here)) {
            return CompletableFuture.completedFuture(new NotDone());
        }
        return batcher.offer(operation)
                .handle((reply, failed) ->
                        failed == null
                                ? new Answered(reply)
                                : cause(failed) instanceof NotAppended
                                        ? new NotDone()
                                        : new MayBeDone());
    }

    private CompletableFuture<LinkMessage> ownIndex() {
        return ownReadIndex
                .get()
                .handle((index, failed) -> failed == null ? new ReadIndex(index) : new NotDone());
    }

    private CompletableFuture<LinkMessage> ask(Route.There there, LinkMessage request) {
        return link.ask(there.leader(), request.toBytes())
                .orTimeout(ATTEMPT.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(LinkMessage::parse)
                .exceptionally(failed ->
                        cause(failed) instanceof LeaderLink.Unsent
                                ? new NotDone()
                                : new MayBeDone());
    }

    private CompletableFuture<Long> askReadIndex() {
        var answer =
                switch (route.get()) {
                    case Route.Here _ -> ownIndex();
                    case Route.There there -> ask(there, new AskReadIndex());
                    case Route.Nowhere _ -> CompletableFuture.completedFuture(new NotDone());
                };
        return answer.thenApply(message -> {
            if (message instanceof ReadIndex(var index)) {
                return index;
            }
            throw new NoQuorum("no leader answered");
        });
    }

    private void after(Duration pause, Runnable action) {
        try {
            var _ =
                    timer.schedule(
                            () -> executor.execute(action),
                            pause.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException justClosed) {
            close();
        }
    }

    private static Throwable cause(Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null
                ? failed.getCause()
                : failed;
    }

    /// Something that is tried until it succeeds or the caller's patience ends.
    private abstract class Tried<T> {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        private final long began = System.nanoTime();
        private int tries;

        void start() {
            live.add(this);
            if (closed) {
                giveUp("before the store was closed");
                return;
            }
            attempt();
        }

        abstract void attempt();

        /// Ends it without an answer.
        abstract void giveUp(String when);

        void succeed(T value) {
            live.remove(this);
            answer.complete(value);
        }

        void fail(Throwable why) {
            live.remove(this);
            answer.completeExceptionally(why);
        }

        /// Whether the caller may be told that nothing happened.
        abstract boolean isHarmless();

        void again() {
            if (answer.isDone() || closed) {
                return;
            }
            tries++;
            if (tries >= TRIES
                    && isHarmless()
                    && route.get() instanceof Route.Nowhere(var lasting)
                    && lasting) {
                giveUp("for several election timeouts");
                return;
            }
            after(PAUSE, this::attempt);
        }
    }

    private final class Submission extends Tried<Reply> {
        private final ByteString operation;
        private volatile boolean underWay;
        private volatile @Nullable Throwable doubt;

        Submission(ByteString operation) {
            this.operation = operation;
        }

        @Override
        void attempt() {
            if (answer.isDone()) {
                return;
            }
            underWay = true;
            var outcome =
                    switch (route.get()) {
                        case Route.Here _ -> propose(operation);
                        case Route.There there -> ask(there, new Submit(operation));
                        case Route.Nowhere _ -> CompletableFuture.completedFuture(new NotDone());
                    };
            var _ = outcome.whenComplete(this::handle);
        }

        private void handle(@Nullable LinkMessage message, @Nullable Throwable failed) {
            if (message instanceof Answered(var reply)) {
                succeed(reply);
                return;
            }
            if (!(message instanceof NotDone)) {
                doubt = failed == null ? new NoQuorum("the leader did not answer") : failed;
            }
            underWay = false;
            again();
        }

        @Override
        boolean isHarmless() {
            return !underWay && doubt == null;
        }

        @Override
        void giveUp(String when) {
            fail(
                    isHarmless()
                            ? new NoQuorum("no leader took the operation " + when)
                            : new UnknownOutcome(
                                    "no leader said " + when + " what became of the operation",
                                    doubt == null ? new NoQuorum("it is under way") : doubt));
        }
    }

    private final class Question extends Tried<Long> {
        @Override
        void attempt() {
            var _ =
                    readIndex
                            .next()
                            .thenCompose(index -> reached.apply(index).thenApply(_ -> index))
                            .whenComplete((index, failed) -> {
                                if (failed == null) {
                                    succeed(index);
                                } else {
                                    again();
                                }
                            });
        }

        @Override
        boolean isHarmless() {
            return true;
        }

        @Override
        void giveUp(String when) {
            fail(new NoQuorum("no majority confirmed " + when + " that the state is current"));
        }
    }
}
