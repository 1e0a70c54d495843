// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.krg.host.proto.PeerWire.Hello;
import org.krg.host.proto.PeerWire.Welcome;
import org.krg.state.model.NodeId;

/// The opener's side of a handshake. Completes `opened` with a connection on which nothing is read
/// until a handler is there.
final class Opening extends ChannelInboundHandlerAdapter {
    private final Hello hello;
    private final NodeId meant;
    private final CompletableFuture<Channel> opened;

    Opening(Hello hello, NodeId meant, CompletableFuture<Channel> opened) {
        this.hello = hello;
        this.meant = meant;
        this.opened = opened;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent encrypted) {
            if (!encrypted.isSuccess()) {
                throw new IOException(meant + " is not reached by TLS", encrypted.cause());
            }
            var peer = Handshake.findPeer(context.channel());
            if (peer.filter(meant::equals).isEmpty()) {
                throw new IOException("whoever is there has no certificate of node " + meant);
            }
            var _ = Frames.send(context.channel(), hello);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        var refusal = Welcome.parseFrom(Frames.take(message)).getRefusal();
        if (!refusal.isEmpty()) {
            throw new IOException(meant + " refuses the connection: " + refusal);
        }
        var channel = context.channel();
        channel.config().setAutoRead(false);
        channel.pipeline().remove(this);
        channel.pipeline().remove(Handshake.FRAMES);
        opened.complete(channel);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        opened.completeExceptionally(
                new IOException(meant + " closed the connection during the handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        opened.completeExceptionally(cause);
        var _ = context.close();
    }
}
