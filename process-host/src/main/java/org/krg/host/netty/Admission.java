// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.krg.host.proto.PeerWire.Hello;
import org.krg.host.proto.PeerWire.Welcome;
import org.krg.state.ConnectionLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The side of the handshake that owns the port. Puts the service's handler in its place.
final class Admission extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    /// Who opens a connection and says nothing holds it no longer.
    private static final Duration LIMIT = ConnectionLimits.FIRST_WORD;

    private final PeerConfig config;
    private final Map<String, Supplier<ChannelHandler>> services;

    Admission(PeerConfig config, Map<String, Supplier<ChannelHandler>> services) {
        this.config = config;
        this.services = services;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ =
                context.executor()
                        .schedule(() -> expire(context), LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void expire(ChannelHandlerContext context) {
        if (!context.isRemoved()) {
            config.limits().silent();
            var _ = context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        var hello = Hello.parseFrom(Frames.take(message));
        var service = Optional.ofNullable(services.get(hello.getService()));
        var refusal = findRefusal(context, hello, service.isPresent());
        if (refusal.isPresent() || service.isEmpty()) {
            refuse(context, hello, refusal.orElse(""));
            return;
        }
        var channel = context.channel();
        var _ = Frames.send(channel, Welcome.getDefaultInstance());
        channel.pipeline().addLast(service.get().get());
        channel.pipeline().remove(this);
        channel.pipeline().remove(Handshake.FRAMES);
    }

    private Optional<String> findRefusal(
            ChannelHandlerContext context, Hello hello, boolean serves) {
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
        var peer = Handshake.findPeer(context.channel());
        if (peer.filter(node -> node.name().equals(hello.getFrom())).isEmpty()) {
            return Optional.of("the certificate is not that of node " + hello.getFrom());
        }
        return serves ? Optional.empty() : Optional.of("there is no service " + hello.getService());
    }

    private static void refuse(ChannelHandlerContext context, Hello hello, String reason) {
        log.warn(
                "connection of a peer refused from={} certificate={} reason={}",
                hello.getFrom(),
                Handshake.findPeer(context.channel()).map(Object::toString).orElse("no node's"),
                reason);
        var refusal = Welcome.newBuilder().setRefusal(reason).build();
        Frames.send(context.channel(), refusal).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake
                && handshake.cause() instanceof SslHandshakeTimeoutException) {
            config.limits().silent();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("connection of a peer failed", cause);
        var _ = context.close();
    }
}
