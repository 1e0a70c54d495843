// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// One side of a connection, for a thread that blocks: frames out, frames in. Used by one thread;
/// its Netty handlers run on the event loop.
final class Conversation implements AutoCloseable {
    /// Nobody asks again while two answers are open; a peer that sends more breaks the protocol.
    private static final int MAX_WAITING = 4;

    private static final int LENGTH_BYTES = 4;

    private final Channel channel;
    private final int level;
    private final Duration limit;
    private int heard;
    private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(MAX_WAITING);

    private sealed interface Arrival {
        record Message(Frame frame) implements Arrival {}

        record End(String reason) implements Arrival {}
    }

    /// @param level of zstd for chunks that are sent
    /// @param limit how long the other side may be silent when it is its turn
    Conversation(Channel channel, int level, Duration limit) {
        this.channel = channel;
        this.level = level;
        this.limit = limit;
    }

    /// Takes the connection over.
    Conversation attach() {
        channel.pipeline()
                .addLast(
                        new LengthFieldBasedFrameDecoder(
                                Frame.MAX_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES),
                        new Inbound());
        return this;
    }

    /// Sends a frame and waits until it is on its way.
    void send(Frame frame) throws IOException {
        var out = channel.alloc().buffer();
        out.writeInt(0);
        frame.write(out, level);
        out.setInt(0, out.readableBytes() - LENGTH_BYTES);
        var written = channel.writeAndFlush(out);
        try {
            if (!written.await(limit.toMillis())) {
                throw new IOException("the other side takes nothing for " + limit);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending", stop);
        }
        if (!written.isSuccess()) {
            throw new IOException("connection lost", written.cause());
        }
    }

    /// {@return the next frame}
    ///
    /// @throws IOException if none comes in time, or the connection has ended, or the other side
    ///   refused
    Frame receive() throws IOException {
        return receive(limit);
    }

    Frame receive(Duration patience) throws IOException {
        try {
            return switch (arrivals.poll(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                case Arrival.Message(Frame.Refused(var reason)) -> {
                    heard++;
                    throw new IOException(reason);
                }
                case Arrival.Message(var frame) -> {
                    heard++;
                    yield frame;
                }
                case Arrival.End(var reason) -> throw new IOException(reason);
                case null ->
                        throw new IOException("no answer within " + patience.toSeconds() + " s");
            };
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for an answer", stop);
        }
    }

    /// Waits until the other side has ended it, for whoever has refused: if it is closed while
    /// something comes in that nobody reads, the other side loses what was sent last.
    void awaitEnd() {
        try {
            for (var frame = 0; frame < MAX_WAITING; frame++) {
                var _ = receive();
            }
        } catch (IOException ended) {
            // As is expected.
        }
    }

    /// {@return how many frames came so far}
    int heard() {
        return heard;
    }

    /// {@return whether the other side is there, as far as is known}
    boolean isOpen() {
        return channel.isActive();
    }

    /// {@return a complaint about a frame that does not belong here}
    static IOException unexpected(Frame frame) {
        return new IOException("unexpected " + frame.getClass().getSimpleName());
    }

    @Override
    public void close() {
        var _ = channel.close();
    }

    private void arrive(Arrival arrival) {
        if (!arrivals.offer(arrival)) {
            var _ = channel.close();
        }
    }

    private final class Inbound extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            channel.config().setAutoRead(true);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var bytes = (ByteBuf) message;
            try {
                arrive(new Arrival.Message(Frame.read(bytes.nioBuffer())));
            } catch (IOException nonsense) {
                arrive(new Arrival.End(String.valueOf(nonsense.getMessage())));
                var _ = context.close();
            } finally {
                bytes.release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            arrive(new Arrival.End("connection lost"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            arrive(new Arrival.End(String.valueOf(cause.getMessage())));
            var _ = context.close();
        }
    }
}
