// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.http2.Http2Connection;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Done;

/// A connection to a server with the etcd v3 API.
final class EtcdConnection implements Connection {
    private static final int FRAME_BYTES = 512;

    private final Http2Connection http2;
    private final EtcdFrames frames;
    private final int valueBytes;
    private final Http2Headers put;
    private final Http2Headers range;
    private final Http2Headers txn;
    private final Http2Headers watch;
    private final Http2Headers status;

    EtcdConnection(Http2Connection http2, int valueBytes) {
        this.http2 = http2;
        this.frames = new EtcdFrames(valueBytes);
        this.valueBytes = valueBytes;
        this.put = headers(http2, "/etcdserverpb.KV/Put");
        this.range = headers(http2, "/etcdserverpb.KV/Range");
        this.txn = headers(http2, "/etcdserverpb.KV/Txn");
        this.watch = headers(http2, "/etcdserverpb.Watch/Watch");
        this.status = headers(http2, "/etcdserverpb.Maintenance/Status");
    }

    private static Http2Headers headers(Http2Connection http2, String path) {
        return http2.headers("POST", path)
                .add("content-type", "application/grpc")
                .add("te", "trailers");
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
        var message = frame();
        frames.put(message, key);
        http2.call(put, message, false, new Unary(done, 0));
    }

    @Override
    public void get(long key, Done done) {
        var message = frame();
        frames.get(message, key);
        http2.call(range, message, false, new Unary(done, valueBytes));
    }

    @Override
    public void create(long first, int count, Done done) {
        var message = frame();
        frames.create(message, first, count);
        http2.call(txn, message, false, new Unary(done, 0));
    }

    @Override
    public void mark(int key, Done done) {
        var message = frame();
        frames.mark(message, key);
        http2.call(put, message, false, new Unary(done, 0));
    }

    @Override
    public void watch(IntConsumer seen, Done done) {
        var message = frame();
        frames.watch(message);
        http2.call(watch, message, true, new Watch(seen, done));
    }

    /// {@return whether the server leads}
    CompletableFuture<Boolean> isLeader() {
        var answer = new CompletableFuture<Boolean>();
        execute(() -> {
            var message = frame();
            frames.empty(message);
            http2.call(status, message, false, new Status(answer));
        });
        return answer;
    }

    private ByteBuf frame() {
        return PooledByteBufAllocator.DEFAULT.buffer(FRAME_BYTES);
    }

    @Override
    public void close() {
        http2.close();
    }

    /// A call with one answer, of which only the size matters.
    private static final class Unary extends GrpcCall {
        private final Done done;
        private final int leastBytes;
        private int bytes;

        Unary(Done done, int leastBytes) {
            this.done = done;
            this.leastBytes = leastBytes;
        }

        @Override
        public void data(ByteBuf data) {
            bytes += data.readableBytes();
        }

        @Override
        void ended(@Nullable String failure) {
            done.done(failure == null && bytes < leastBytes ? "no value came" : failure);
        }
    }

    private static final class Watch extends GrpcCall {
        private final Done done;
        private final Assembly answers;

        Watch(IntConsumer seen, Done done) {
            this.done = done;
            this.answers =
                    new Assembly(message ->
                            EtcdAnswers.watch(
                                    message,
                                    () -> done.done(null),
                                    () -> done.done("the watch is refused"),
                                    seen));
        }

        @Override
        public void data(ByteBuf data) {
            answers.add(data);
        }

        @Override
        void ended(@Nullable String failure) {
            done.done(failure == null ? "the watch has ended" : failure);
        }
    }

    private static final class Status extends GrpcCall {
        private final CompletableFuture<Boolean> answer;
        private final Assembly answers;

        Status(CompletableFuture<Boolean> answer) {
            this.answer = answer;
            this.answers = new Assembly(message -> answer.complete(EtcdAnswers.isLeader(message)));
        }

        @Override
        public void data(ByteBuf data) {
            answers.add(data);
        }

        @Override
        void ended(@Nullable String failure) {
            answer.complete(false);
        }
    }
}
