// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.http2;

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
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.state.model.HostPort;

/// An HTTP/2 connection without TLS that many calls share. Owned by its event loop.
public final class Http2Connection implements AutoCloseable {
    /// What a server may send unasked, for the connection and for a call: a reader is never held
    /// up.
    private static final int WINDOW_BYTES = 8 << 20;

    private static final String CLOSED = "the connection is closed";

    private final Channel channel;
    private final Http2ConnectionHandler http2;
    private final ChannelHandlerContext context;
    private final IntObjectMap<Call> calls = new IntObjectHashMap<>();
    private final String authority;
    private boolean closed;

    /// What becomes of a call.
    public interface Call {
        /// Headers of the answer came, or trailers behind its bytes.
        void headers(Http2Headers headers);

        /// Bytes of an answer came; they are valid during the call only.
        void data(ByteBuf data);

        /// The call has ended.
        ///
        /// @param failure why there is no whole answer; null if there is one
        void end(@Nullable String failure);
    }

    private Http2Connection(Channel channel, Http2ConnectionHandler http2, String authority) {
        this.channel = channel;
        this.http2 = http2;
        this.context = channel.pipeline().context(http2);
        this.authority = authority;
    }

    /// Connects, and blocks until that is done.
    static Http2Connection open(EventLoop loop, Class<? extends Channel> type, HostPort server)
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
        var connection = new Http2Connection(connecting.channel(), http2, server.toString());
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

    /// {@return what starts calls of a path with}
    public Http2Headers headers(String method, String path) {
        return new DefaultHttp2Headers()
                .method(method)
                .scheme("http")
                .path(path)
                .authority(authority);
    }

    /// Runs a task soon.
    public void execute(Runnable task) {
        channel.eventLoop().execute(() -> run(task));
    }

    /// Runs a task after a pause.
    public void executeAfter(Duration pause, Runnable task) {
        var _ =
                channel.eventLoop()
                        .schedule(() -> run(task), pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Sends what the task wrote; within an answer that happens by itself.
    private void run(Runnable task) {
        task.run();
        http2.flush(context);
    }

    /// Starts a call without a body.
    public void call(Http2Headers headers, Call call) {
        if (closed) {
            call.end(CLOSED);
            return;
        }
        var _ =
                http2.encoder()
                        .writeHeaders(context, begin(call), headers, 0, true, context.newPromise());
    }

    /// Starts a call that sends a body, which it takes over.
    ///
    /// @param open whether the client's side stays open, as a watch demands
    public void call(Http2Headers headers, ByteBuf body, boolean open, Call call) {
        if (closed) {
            body.release();
            call.end(CLOSED);
            return;
        }
        var id = begin(call);
        var encoder = http2.encoder();
        var _ = encoder.writeHeaders(context, id, headers, 0, false, context.newPromise());
        var _ = encoder.writeData(context, id, body, 0, !open, context.newPromise());
    }

    private int begin(Call call) {
        var id = http2.connection().local().incrementAndGetNextStreamId();
        calls.put(id, call);
        return id;
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
        left.forEach(call -> call.end(CLOSED));
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
        private @Nullable Http2Connection connection;

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
                    connection.finish(id, null);
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
            if (connection == null) {
                return;
            }
            var call = connection.calls.get(id);
            if (call != null) {
                call.headers(headers);
            }
            if (end) {
                connection.finish(id, null);
            }
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
            if (connection != null) {
                connection.finish(id, "the call was reset with code " + code);
            }
        }
    }
}
