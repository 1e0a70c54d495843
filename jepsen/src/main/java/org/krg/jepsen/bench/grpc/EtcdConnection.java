// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Done;
import org.krg.state.model.HostPort;

/// A connection to a server with the etcd v3 API.
final class EtcdConnection implements Connection {
    private static final int FRAME_BYTES = 512;

    private final GrpcConnection grpc;
    private final EtcdFrames frames;
    private final int valueBytes;
    private final Http2Headers put;
    private final Http2Headers range;
    private final Http2Headers txn;
    private final Http2Headers watch;
    private final Http2Headers status;

    private EtcdConnection(GrpcConnection grpc, int valueBytes) {
        this.grpc = grpc;
        this.frames = new EtcdFrames(valueBytes);
        this.valueBytes = valueBytes;
        this.put = grpc.headers("/etcdserverpb.KV/Put");
        this.range = grpc.headers("/etcdserverpb.KV/Range");
        this.txn = grpc.headers("/etcdserverpb.KV/Txn");
        this.watch = grpc.headers("/etcdserverpb.Watch/Watch");
        this.status = grpc.headers("/etcdserverpb.Maintenance/Status");
    }

    static EtcdConnection open(
            EventLoop loop, Class<? extends Channel> type, HostPort server, int valueBytes)
            throws InterruptedException {
        return new EtcdConnection(GrpcConnection.open(loop, type, server), valueBytes);
    }

    @Override
    public void execute(Runnable task) {
        grpc.loop()
                .execute(() -> {
                    task.run();
                    grpc.flush();
                });
    }

    @Override
    public void executeAfter(Duration pause, Runnable task) {
        var _ =
                grpc.loop()
                        .schedule(
                                () -> {
                                    task.run();
                                    grpc.flush();
                                },
                                pause.toNanos(),
                                TimeUnit.NANOSECONDS);
    }

    @Override
    public void put(long key, Done done) {
        var message = frame();
        frames.put(message, key);
        grpc.call(put, message, false, new Unary(done, 0));
    }

    @Override
    public void get(long key, Done done) {
        var message = frame();
        frames.get(message, key);
        grpc.call(range, message, false, new Unary(done, valueBytes));
    }

    @Override
    public void create(long first, int count, Done done) {
        var message = frame();
        frames.create(message, first, count);
        grpc.call(txn, message, false, new Unary(done, 0));
    }

    @Override
    public void mark(int key, Done done) {
        var message = frame();
        frames.mark(message, key);
        grpc.call(put, message, false, new Unary(done, 0));
    }

    @Override
    public void watch(IntConsumer seen, Done done) {
        var message = frame();
        frames.watch(message);
        grpc.call(watch, message, true, new Watch(seen, done));
    }

    /// {@return whether the server leads}
    CompletableFuture<Boolean> isLeader() {
        var answer = new CompletableFuture<Boolean>();
        execute(() -> {
            var message = frame();
            frames.empty(message);
            grpc.call(status, message, false, new Status(answer));
        });
        return answer;
    }

    private ByteBuf frame() {
        return PooledByteBufAllocator.DEFAULT.buffer(FRAME_BYTES);
    }

    @Override
    public void close() {
        grpc.close();
    }

    /// A call with one answer, of which only the size matters.
    private static final class Unary implements GrpcConnection.Call {
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
        public void end(@Nullable String failure) {
            done.done(failure == null && bytes < leastBytes ? "no value came" : failure);
        }
    }

    private static final class Watch implements GrpcConnection.Call {
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
        public void end(@Nullable String failure) {
            done.done(failure == null ? "the watch has ended" : failure);
        }
    }

    private static final class Status implements GrpcConnection.Call {
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
        public void end(@Nullable String failure) {
            answer.complete(false);
        }
    }
}
