// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.own;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.http2.Http2Connection;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Done;

/// A connection to an agent by its own API.
///
/// As `krg-admin` does, it marks each change with a session and a number, so that it takes effect
/// once; a session has one change under way.
final class ApiConnection implements Connection {
    private static final int BODY_BYTES = 512;
    private static final AsciiString REQUEST = AsciiString.cached("krg-request");

    private final Http2Connection http2;
    private final ApiBodies bodies;
    private final ArrayDeque<Session> idle = new ArrayDeque<>();
    private final Http2Headers transaction;
    private final int valueBytes;

    ApiConnection(Http2Connection http2, int valueBytes) {
        this.http2 = http2;
        this.bodies = new ApiBodies(valueBytes);
        // A value is shown in Base64, four characters for three bytes.
        this.valueBytes = valueBytes / 3 * 4;
        this.transaction =
                http2.headers("POST", "/v1/keys/transaction")
                        .add("content-type", "application/json");
    }

    /// A client of the cluster, as the cluster sees it.
    private static final class Session {
        private final long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        private long sequence;

        String next() {
            sequence++;
            return id + ":" + sequence;
        }
    }

    @Override
    public void execute(Runnable task) {
        http2.execute(task);
    }

    @Override
    public void executeAfter(Duration pause, Runnable task) {
        http2.executeAfter(pause, task);
    }

    @Override
    public void put(long key, Done done) {
        var body = body();
        bodies.put(body, key);
        change(body, done);
    }

    @Override
    public void get(long key, Done done) {
        http2.call(http2.headers("GET", ApiBodies.get(key)), new ApiCall(done, valueBytes));
    }

    @Override
    public void create(long first, int count, Done done) {
        var body = body();
        bodies.create(body, first, count);
        change(body, done);
    }

    @Override
    public void mark(int key, Done done) {
        var body = body();
        bodies.mark(body, key);
        change(body, done);
    }

    private void change(ByteBuf body, Done done) {
        @Nullable Session free = idle.poll();
        var session = free == null ? new Session() : free;
        // Headers are encoded when a call begins, so that they can be used again.
        transaction.set(REQUEST, session.next());
        http2.call(
                transaction,
                body,
                false,
                new ApiCall(
                        failure -> {
                            idle.push(session);
                            done.done(failure);
                        },
                        0));
    }

    @Override
    public void watch(IntConsumer seen, Done done) {
        http2.call(http2.headers("GET", ApiBodies.watch()), new ApiWatch(seen, done));
    }

    private static ByteBuf body() {
        return PooledByteBufAllocator.DEFAULT.buffer(BODY_BYTES);
    }

    @Override
    public void close() {
        http2.close();
    }
}
