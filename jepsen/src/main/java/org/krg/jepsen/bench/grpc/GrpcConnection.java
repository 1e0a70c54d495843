// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.AsciiString;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.state.model.HostPort;

/// An HTTP/2 connection without TLS that carries gRPC calls. Owned by its event loop.
final class GrpcConnection implements AutoCloseable {
    /// What a server may send unasked, for the connection and for a call: a reader is never held
    /// up.
    private static final int WINDOW_BYTES = 8 << 20;

    private static final AsciiString STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");

    private final Channel channel;
    private final Http2ConnectionHandler http2;
    private final ChannelHandlerContext context;
    private final IntObjectMap<Call> calls = new IntObjectHashMap<>();
    private final String authority;
    private boolean closed;

    /// What becomes of a call.
    interface Call {
        /// Bytes of an answer came; they are valid during the call only.
        void data(ByteBuf data);

        /// The call has ended.
        ///
        /// @param failure null if it succeeded
        void end(@Nullable String failure);
    }

    private GrpcConnection(Channel channel, Http2ConnectionHandler http2, String authority) {
        this.channel = channel;
        this.http2 = http2;
        this.context = channel.pipeline().context(http2);
        this.authority = authority;
    }

    /// Connects, and blocks until that is done.
    static GrpcConnection open(EventLoop loop, Class<? extends Channel> type, HostPort server)
            throws InterruptedException {
        var answers = new Answers();
        var http2 =
                new Http2ConnectionHandlerBuilder()
                        .server(false)
                        .frameListener(answers)
                        .initialSettings(
                                Http2Settings.defaultSettings()
                                        .pushEnabled(false)
                                        .initialWindowSize(WINDOW_BYTES))
                        .gracefulShutdownTimeoutMillis(0)
                        .build();
        var connecting =
                new Bootstrap()
                        .group(loop)
                        .channel(type)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel made) {
                                        made.pipeline().addLast(http2, new Farewell(answers));
                                    }
                                })
                        .connect(server.host(), server.port())
                        .await();
        if (!connecting.isSuccess()) {
            throw new CampaignFailed("cannot connect to " + server, connecting.cause());
        }
        var connection = new GrpcConnection(connecting.channel(), http2, server.toString());
        loop.submit(() -> connection.widen(answers)).await();
        return connection;
    }

    private void widen(Answers answers) {
        answers.connection = this;
        var flow = http2.connection().local().flowController();
        try {
            flow.incrementWindowSize(http2.connection().connectionStream(), WINDOW_BYTES);
        } catch (Http2Exception impossible) {
            throw new CampaignFailed("HTTP/2", impossible);
        }
        http2.flush(context);
    }

    /// {@return what starts calls of a method with}
    Http2Headers headers(String path) {
        return new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .path(path)
                .authority(authority)
                .add("content-type", "application/grpc")
                .add("te", "trailers");
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    /// Starts a call that sends one message, which it takes over.
    ///
    /// @param open whether the client's side stays open, as a watch demands
    void call(Http2Headers headers, ByteBuf message, boolean open, Call call) {
        if (closed) {
            message.release();
            call.end("the connection is closed");
            return;
        }
        var id = http2.connection().local().incrementAndGetNextStreamId();
        calls.put(id, call);
        var encoder = http2.encoder();
        var _ = encoder.writeHeaders(context, id, headers, 0, false, context.newPromise());
        var _ = encoder.writeData(context, id, message, 0, !open, context.newPromise());
    }

    /// Sends what was written since the last answers came; within an answer that happens by itself.
    void flush() {
        http2.flush(context);
    }

    private void finish(int id, @Nullable String failure) {
        var call = calls.remove(id);
        if (call != null) {
            call.end(failure);
        }
    }

    private void lost() {
        closed = true;
        var left = List.copyOf(calls.values());
        calls.clear();
        left.forEach(call -> call.end("the connection is closed"));
    }

    @Override
    public void close() {
        var _ = channel.close();
    }

    /// Tells of the end of the connection.
    private static final class Farewell extends ChannelInboundHandlerAdapter {
        private final Answers answers;

        Farewell(Answers answers) {
            this.answers = answers;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (answers.connection != null) {
                answers.connection.lost();
            }
            context.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }

    private static final class Answers extends Http2FrameAdapter {
        private @Nullable GrpcConnection connection;

        @Override
        public int onDataRead(
                ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end) {
            var bytes = data.readableBytes() + padding;
            if (connection != null) {
                var call = connection.calls.get(id);
                if (call != null) {
                    call.data(data);
                }
                if (end) {
                    connection.finish(id, "the answer has no status");
                }
            }
            return bytes;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end) {
            onHeadersRead(context, id, headers, padding, end);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int id,
                Http2Headers headers,
                int padding,
                boolean end) {
            if (end && connection != null) {
                connection.finish(id, failure(headers));
            }
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
            if (connection != null) {
                connection.finish(id, "the call was reset with code " + code);
            }
        }

        private static @Nullable String failure(Http2Headers headers) {
            var status = headers.get(STATUS);
            if (status == null) {
                return "HTTP status " + headers.status();
            }
            return status.length() == 1 && status.charAt(0) == '0'
                    ? null
                    : "gRPC status " + status + ": " + headers.get(MESSAGE);
        }
    }
}
