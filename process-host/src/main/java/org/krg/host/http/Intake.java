// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.krg.host.BodyRefused;
import org.krg.host.BodyRefused.Why;
import org.krg.host.RequestMemory;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// The body of a request, gathered as it comes: no longer than it may be, within the memory of its
/// sender, and in time. Owned by the connection's event loop.
final class Intake implements Subscriber<HttpObject> {
    /// From the first byte to the last: 8 MiB at 140 KB/s.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final EventLoop loop;
    private final RequestMemory memory;
    private final int mostBytes;
    private final Duration patience;
    private byte[] first = new byte[0];
    private @Nullable ByteArrayOutputStream all;
    private int size;
    private @Nullable Future<?> limit;

    private Intake(
            ServiceRequestContext context, RequestMemory memory, int mostBytes, Duration patience) {
        this.loop = context.eventLoop();
        this.memory = memory;
        this.mostBytes = mostBytes;
        this.patience = patience;
    }

    /// {@return the body, once it is there} Fails with [BodyRefused], or when the sender goes.
    static CompletableFuture<byte[]> whole(
            ServiceRequestContext context,
            HttpRequest request,
            RequestMemory memory,
            int mostBytes) {
        return whole(context, request, memory, mostBytes, PATIENCE);
    }

    static CompletableFuture<byte[]> whole(
            ServiceRequestContext context,
            HttpRequest request,
            RequestMemory memory,
            int mostBytes,
            Duration patience) {
        var intake = new Intake(context, memory, mostBytes, patience);
        request.subscribe(intake, context.eventLoop());
        return intake.whole;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
        if (!whole.isDone()) {
            limit =
                    loop.schedule(
                            () ->
                                    refuse(
                                            Why.TOO_SLOW,
                                            "the body was not there whole after %d s"
                                                    .formatted(patience.toSeconds())),
                            patience.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void onNext(HttpObject part) {
        if (!(part instanceof HttpData data) || data.isEmpty() || whole.isDone()) {
            return;
        }
        var length = data.length();
        if (length > mostBytes - size) {
            refuse(
                    Why.TOO_LARGE,
                    "the body may have %d bytes, this one has more".formatted(mostBytes));
        } else if (!memory.take(length)) {
            refuse(Why.TOO_MANY, "too much is being sent at once");
        } else {
            add(data.array());
        }
    }

    /// Most bodies come in one piece, which is not copied.
    private void add(byte[] bytes) {
        if (size == 0) {
            first = bytes;
        } else {
            if (all == null) {
                all = new ByteArrayOutputStream();
                all.writeBytes(first);
            }
            all.writeBytes(bytes);
        }
        size += bytes.length;
    }

    /// What still comes is thrown away as it comes, until the answer ends the request. To abort it
    /// here would have the server answer in our place.
    private void refuse(Why why, String message) {
        if (whole.completeExceptionally(new BodyRefused(why, message))) {
            rest();
        }
    }

    @Override
    public void onError(Throwable gone) {
        if (whole.completeExceptionally(gone)) {
            rest();
        }
    }

    @Override
    public void onComplete() {
        if (whole.complete(all == null ? first : all.toByteArray())) {
            rest();
        }
    }

    private void rest() {
        all = null;
        first = new byte[0];
        if (limit != null) {
            limit.cancel(false);
        }
    }
}
