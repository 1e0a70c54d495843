// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.google.protobuf.MessageLite;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// The messages that go back in a stream. Safe for use from any thread.
public final class GrpcReplies {
    /// Bytes that may wait for a slow caller, about.
    static final int AHEAD = 1 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AtomicInteger ahead = new AtomicInteger();
    private final HttpResponseWriter response = HttpResponse.streaming();
    private final Function<Throwable, GrpcFailure> failures;

    GrpcReplies(Function<Throwable, GrpcFailure> failures) {
        this.failures = failures;
        response.write(Replies.HEADERS);
    }

    HttpResponse response() {
        return response;
    }

    void whenGone(Runnable action) {
        var _ = response.whenComplete().whenComplete((_, _) -> action.run());
    }

    /// Sends a message; does nothing when nobody listens any more.
    public void send(MessageLite message) {
        var _ = response.tryWrite(Frames.frame(message));
    }

    /// Sends a message like [#send], and after each [#AHEAD] bytes blocks until the caller has
    /// taken them. One that takes nothing for long is given up.
    public void sendPatiently(MessageLite message) {
        send(message);
        if (ahead.addAndGet(message.getSerializedSize()) < AHEAD) {
            return;
        }
        ahead.set(0);
        try {
            response.whenConsumed().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException stuck) {
            response.close(stuck);
        } catch (ExecutionException gone) {
            response.close();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            response.close();
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
