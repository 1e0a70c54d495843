// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.http2;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.TimeUnit;
import org.krg.state.model.HostPort;

/// The one thread that serves all connections: a load takes at most one processor.
public final class Http2Clients implements AutoCloseable {
    private final EventLoopGroup loop;
    private final Class<? extends Channel> type;

    public Http2Clients() {
        var epoll = Epoll.isAvailable();
        this.loop =
                new MultiThreadIoEventLoopGroup(
                        1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.type = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /// Connects, and blocks until that is done.
    public Http2Connection connect(HostPort server) throws InterruptedException {
        return Http2Connection.open(loop.next(), type, server);
    }

    @Override
    public void close() {
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
