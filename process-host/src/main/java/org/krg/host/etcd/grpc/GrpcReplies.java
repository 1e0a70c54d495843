// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.google.protobuf.MessageLite;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.krg.host.RequestMemory;

/// The messages that go back in a stream. While too much waits for the caller nothing more is read
/// from it, and whoever sends patiently waits; a caller that takes too little for long is given up.
/// Safe for use from any thread.
public final class GrpcReplies {
    /// Bytes that a message takes beside its own while it waits, about.
    private static final int OVERHEAD = 128;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpResponseWriter response = HttpResponse.streaming();
    private final ReentrantLock patient = new ReentrantLock();
    private final Backlog backlog;
    private final Function<Throwable, GrpcFailure> failures;

    GrpcReplies(RequestMemory memory, Function<Throwable, GrpcFailure> failures) {
        this(memory, failures, PATIENCE);
    }

    /// @param patience for a caller that does not take what waits for it
    GrpcReplies(
            RequestMemory memory, Function<Throwable, GrpcFailure> failures, Duration patience) {
        this.failures = failures;
        this.backlog = new Backlog(memory, patience, response::abort);
        response.write(Replies.HEADERS);
        whenGone(backlog::end);
    }

    /// {@return the reply, to be answered with once} It is sent by `loop`, the connection's.
    HttpResponse response(EventExecutor loop) {
        return HttpResponse.of(connection ->
                response.subscribe(
                        new Delivery(connection, bytes -> backlog.taken(OVERHEAD + bytes)), loop));
    }

    void whenGone(Runnable action) {
        var _ = response.whenComplete().whenComplete((_, _) -> action.run());
    }

    /// Runs an action when there is room for more replies, now or by `executor`; not at all once
    /// the caller is given up.
    void whenRoom(Executor executor, Runnable action) {
        var room = backlog.room();
        if (room.isDone() && !room.isCompletedExceptionally()) {
            action.run();
        } else {
            var _ = room.thenRunAsync(action, executor);
        }
    }

    /// Sends a message; does nothing when nobody listens any more.
    public void send(MessageLite message) {
        if (!response.isOpen()) {
            return;
        }
        var frame = Frames.frame(message);
        keep(backlog.wrote(OVERHEAD + frame.length()));
        var _ = response.tryWrite(frame);
    }

    /// Has a message that is still to be made count among those that wait; [#sendOwed] follows.
    public void owe() {
        keep(backlog.owe(OVERHEAD));
    }

    /// Sends a message that was owed.
    public void sendOwed(MessageLite message) {
        send(message);
        backlog.settle(OVERHEAD);
    }

    /// Sends a message like [#send], but blocks before while there is no room, until there is or
    /// the caller is given up.
    public void sendPatiently(MessageLite message) {
        try {
            patient.lockInterruptibly();
            try {
                backlog.room().get();
                send(message);
            } finally {
                patient.unlock();
            }
        } catch (ExecutionException givenUp) {
            // Nobody listens any more.
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            response.abort();
        }
    }

    /// A caller that takes nothing would not take the reason either.
    private void keep(boolean isWithin) {
        if (!isWithin) {
            response.abort();
        }
    }

    /// {@return whether somebody listens}
    public boolean isOpen() {
        return response.isOpen();
    }

    /// Ends the stream well.
    public void complete() {
        var _ = response.tryWrite(Replies.DONE);
        response.close();
    }

    /// Ends the stream with a failure.
    public void fail(Throwable failure) {
        var _ = response.tryWrite(Replies.trailers(failures.apply(failure)));
        response.close();
    }
}
