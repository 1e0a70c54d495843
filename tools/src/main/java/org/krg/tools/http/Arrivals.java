// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The body of a reply as it arrives. Unlike the JDK's input stream, waiting for more has a bound.
/// The next part is asked for when the last was taken, so that the queue stays short.
final class Arrivals implements BodySubscriber<Arrivals> {
    private sealed interface Arrival {
        record Part(List<ByteBuffer> bytes) implements Arrival {}

        record End() implements Arrival {}

        record Broken(Throwable why) implements Arrival {}
    }

    private final BlockingQueue<Arrival> queue = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;

    @Override
    public CompletionStage<Arrivals> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        queue.add(new Arrival.Part(bytes));
    }

    @Override
    public void onError(Throwable why) {
        queue.add(new Arrival.Broken(why));
    }

    @Override
    public void onComplete() {
        queue.add(new Arrival.End());
    }

    /// {@return the next bytes; none at the end}
    ///
    /// @throws IOException if the connection broke or nothing came within `bound`
    List<ByteBuffer> take(Duration bound) throws IOException, InterruptedException {
        var arrival = queue.poll(bound.toNanos(), TimeUnit.NANOSECONDS);
        return switch (arrival) {
            case null -> throw new IOException("silent for " + bound.toSeconds() + " s");
            case Arrival.Part(var bytes) -> {
                more();
                yield bytes;
            }
            case Arrival.End _ -> List.of();
            case Arrival.Broken(var why) -> throw new IOException("the connection broke", why);
        };
    }

    /// {@return all that is still to come}
    ///
    /// @throws IOException as [#take] does
    byte[] all(Duration bound) throws IOException, InterruptedException {
        var all = new ByteArrayOutputStream();
        for (var parts = take(bound); !parts.isEmpty(); parts = take(bound)) {
            parts.forEach(part -> all.writeBytes(bytes(part)));
        }
        return all.toByteArray();
    }

    static byte[] bytes(ByteBuffer part) {
        var bytes = new byte[part.remaining()];
        part.get(bytes);
        return bytes;
    }

    private void more() {
        var present = subscription;
        if (present != null) {
            present.request(1);
        }
    }

    /// Gives the connection up and wakes whoever waits.
    void cancel() {
        var present = subscription;
        if (present != null) {
            present.cancel();
        }
        queue.add(new Arrival.End());
    }
}
