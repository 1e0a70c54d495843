// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import org.apache.ratis.thirdparty.io.netty.channel.Channel;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelFactory;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.ratis.thirdparty.io.netty.channel.ServerChannel;
import org.apache.ratis.thirdparty.io.netty.channel.epoll.Epoll;
import org.apache.ratis.thirdparty.io.netty.channel.epoll.EpollServerSocketChannel;
import org.apache.ratis.thirdparty.io.netty.channel.socket.nio.NioServerSocketChannel;
import org.krg.state.ConnectionLimits;

/// Closes connections to the Raft port that are too many, before gRPC sees them. gRPC itself limits
/// what a connection may do, and how long its handshake takes.
final class ConnectionGate extends ChannelInboundHandlerAdapter {
    private final ConnectionLimits limits;

    private ConnectionGate(ConnectionLimits limits) {
        this.limits = limits;
    }

    /// {@return what makes ports with such a gate, of the kind that Ratis' threads serve}
    ///
    /// @param closed run when a port has been closed
    static ChannelFactory<ServerChannel> ports(ConnectionLimits limits, Runnable closed) {
        return () -> {
            var port =
                    Epoll.isAvailable()
                            ? new EpollServerSocketChannel()
                            : new NioServerSocketChannel();
            port.pipeline().addFirst(new ConnectionGate(limits));
            var _ = port.closeFuture().addListener(_ -> closed.run());
            return port;
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var connection = (Channel) message;
        var from = connection.remoteAddress();
        if (!limits.enter(from)) {
            connection.unsafe().closeForcibly();
            return;
        }
        var _ = connection.closeFuture().addListener(_ -> limits.leave(from));
        context.fireChannelRead(message);
    }
}
