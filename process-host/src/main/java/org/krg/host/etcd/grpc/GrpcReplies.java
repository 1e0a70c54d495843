// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.google.protobuf.MessageLite;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// The messages that go back in a stream. Safe for use from any thread.
public final class GrpcReplies {
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

    /// {@return completes when the caller has taken everything that was sent, exceptionally when it
    /// is gone}
    public CompletableFuture<Void> whenTaken() {
        return response.whenConsumed();
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
