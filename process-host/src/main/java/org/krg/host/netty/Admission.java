// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.krg.host.netty.Handshake.Side;
import org.krg.host.proto.PeerWire.Challenge;
import org.krg.host.proto.PeerWire.Hello;
import org.krg.host.proto.PeerWire.Proof;
import org.krg.host.proto.PeerWire.Welcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The side of the handshake that owns the port. Puts the service's handler in its place.
final class Admission extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    /// Who opens a connection and says nothing holds it no longer.
    private static final long LIMIT_SECONDS = 10;

    private final PeerConfig config;
    private final Map<String, Supplier<ChannelHandler>> services;
    private Optional<Offer> offer = Optional.empty();

    private record Offer(Hello hello, Challenge challenge, Supplier<ChannelHandler> service) {}

    Admission(PeerConfig config, Map<String, Supplier<ChannelHandler>> services) {
        this.config = config;
        this.services = services;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ = context.executor().schedule(() -> expire(context), LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static void expire(ChannelHandlerContext context) {
        if (!context.isRemoved()) {
            var _ = context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        var bytes = Frames.take(message);
        if (offer.isEmpty()) {
            greet(context, Hello.parseFrom(bytes));
        } else {
            admit(context, offer.get(), Proof.parseFrom(bytes));
        }
    }

    private void greet(ChannelHandlerContext context, Hello hello) {
        var service = Optional.ofNullable(services.get(hello.getService()));
        var refusal = findRefusal(hello, service.isPresent());
        if (refusal.isPresent() || service.isEmpty()) {
            refuse(context, hello, refusal.orElse(""));
            return;
        }
        var nonce = Handshake.nonce();
        var proof = Handshake.proof(config, Side.OWNER, hello, nonce);
        var challenge = Challenge.newBuilder().setNonce(nonce).setProof(proof).build();
        offer = Optional.of(new Offer(hello, challenge, service.get()));
        var _ = Frames.send(context.channel(), challenge);
    }

    private Optional<String> findRefusal(Hello hello, boolean serves) {
        if (hello.getVersion() != Handshake.VERSION) {
            return Optional.of(
                    "version %d of the peer protocol is spoken here, not %d"
                            .formatted(Handshake.VERSION, hello.getVersion()));
        }
        if (!hello.getCluster().equals(config.cluster().toString())) {
            return Optional.of("this is cluster " + config.cluster());
        }
        if (!hello.getTo().equals(config.self().name())) {
            return Optional.of("this is node " + config.self());
        }
        return serves ? Optional.empty() : Optional.of("there is no service " + hello.getService());
    }

    private static void refuse(ChannelHandlerContext context, Hello hello, String reason) {
        log.warn("connection of a peer refused from={} reason={}", hello.getFrom(), reason);
        var refusal = Challenge.newBuilder().setRefusal(reason).build();
        Frames.send(context.channel(), refusal).addListener(ChannelFutureListener.CLOSE);
    }

    private void admit(ChannelHandlerContext context, Offer made, Proof said) {
        var channel = context.channel();
        if (!Handshake.proves(
                said.getProof(), config, Side.OPENER, made.hello(), made.challenge().getNonce())) {
            log.warn("peer does not know the cluster's secret from={}", made.hello().getFrom());
            var refusal = Welcome.newBuilder().setRefusal("wrong secret of the cluster").build();
            Frames.send(channel, refusal).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        var _ = Frames.send(channel, Welcome.getDefaultInstance());
        channel.pipeline().addLast(made.service().get());
        channel.pipeline().remove(this);
        channel.pipeline().removeFirst();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("connection of a peer failed", cause);
        var _ = context.close();
    }
}
