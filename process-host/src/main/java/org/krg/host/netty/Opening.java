// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.host.netty.Handshake.Side;
import org.krg.host.proto.PeerWire.Challenge;
import org.krg.host.proto.PeerWire.Hello;
import org.krg.host.proto.PeerWire.Proof;
import org.krg.host.proto.PeerWire.Welcome;

/// The opener's side of a handshake. Completes `opened` with a connection on which nothing is read
/// until a handler is there.
final class Opening extends ChannelInboundHandlerAdapter {
    private final PeerConfig config;
    private final Hello hello;
    private final CompletableFuture<Channel> opened;
    private Optional<Challenge> challenge = Optional.empty();

    Opening(PeerConfig config, Hello hello, CompletableFuture<Channel> opened) {
        this.config = config;
        this.hello = hello;
        this.opened = opened;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ = Frames.send(context.channel(), hello);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        var bytes = Frames.take(message);
        if (challenge.isEmpty()) {
            prove(context, Challenge.parseFrom(bytes));
            return;
        }
        requireAccepted(Welcome.parseFrom(bytes).getRefusal());
        var channel = context.channel();
        channel.config().setAutoRead(false);
        channel.pipeline().remove(this);
        channel.pipeline().removeFirst();
        opened.complete(channel);
    }

    private void prove(ChannelHandlerContext context, Challenge said) throws IOException {
        requireAccepted(said.getRefusal());
        if (!Handshake.proves(said.getProof(), config, Side.OWNER, hello, said.getNonce())) {
            throw new IOException(hello.getTo() + " does not know the cluster's secret");
        }
        challenge = Optional.of(said);
        var proof = Handshake.proof(config, Side.OPENER, hello, said.getNonce());
        var _ = Frames.send(context.channel(), Proof.newBuilder().setProof(proof).build());
    }

    private void requireAccepted(String refusal) throws IOException {
        if (!refusal.isEmpty()) {
            throw new IOException(hello.getTo() + " refuses the connection: " + refusal);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        opened.completeExceptionally(
                new IOException(hello.getTo() + " closed the connection during the handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        opened.completeExceptionally(cause);
        var _ = context.close();
    }
}
