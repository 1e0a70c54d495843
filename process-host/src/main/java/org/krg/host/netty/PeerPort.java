// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.krg.host.HostFailure;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// The port on which other agents reach this one, and the way to theirs. Safe for use from any
/// thread.
public final class PeerPort implements AutoCloseable {
    /// A live node on a loaded machine answers within this time.
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    /// What agents say to each other is little; chunks are handled by threads of their own.
    private static final int THREADS = 2;

    private static final long STOP_LIMIT_SECONDS = 2;

    private final PeerConfig config;
    private final Function<NodeId, Optional<HostPort>> addresses;
    private final EventLoopGroup group;
    private final SSLContext tls;

    private PeerPort(
            PeerConfig config,
            Function<NodeId, Optional<HostPort>> addresses,
            EventLoopGroup group) {
        this.config = config;
        this.addresses = addresses;
        this.group = group;
        this.tls = config.tls().context();
    }

    /// Makes the way to other nodes; [#listen] opens the port.
    ///
    /// @param addresses where the port of a node is, if that is known
    public static PeerPort open(PeerConfig config, Function<NodeId, Optional<HostPort>> addresses) {
        var group = new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
        return new PeerPort(config, addresses, group);
    }

    /// Opens the port.
    ///
    /// @param services the handlers of a new connection, by the name of the service
    /// @throws HostFailure if the address is taken
    public void listen(Map<String, Supplier<ChannelHandler>> services) {
        var offered = Map.copyOf(services);
        var bound =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(incoming(offered))
                        .bind(config.bind().host(), config.bind().port())
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "cannot listen for other agents on %s: %s"
                            .formatted(config.bind(), bound.cause().getMessage()),
                    "stop what uses the port, or choose another one with listen.peer",
                    bound.cause());
        }
    }

    /// Opens a connection to a service of a node. It reads nothing (`autoRead` is off) until
    /// whoever asked for it has added a handler.
    public CompletableFuture<Channel> connect(NodeId node, String service) {
        var address = addresses.apply(node);
        if (address.isEmpty()) {
            return CompletableFuture.failedFuture(
                    new IOException("it is not known where node " + node + " is"));
        }
        var opened = new CompletableFuture<Channel>();
        var hello = Handshake.hello(config, node, service);
        new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_LIMIT.toMillis())
                .handler(outgoing(node, () -> new Opening(hello, node, opened)))
                .connect(address.get().host(), address.get().port())
                .addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        opened.completeExceptionally(connected.cause());
                    } else {
                        closeUnlessOpened(connected.channel(), opened);
                    }
                });
        return opened;
    }

    private static void closeUnlessOpened(Channel channel, CompletableFuture<Channel> opened) {
        var _ =
                opened.orTimeout(CONNECT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .exceptionally(_ -> {
                            var _ = channel.close();
                            return channel;
                        });
    }

    /// As [#connect], and waits for it.
    public Channel open(NodeId node, String service) throws IOException {
        try {
            return connect(node, service).join();
        } catch (CompletionException failure) {
            throw new IOException(
                    "node %s is out of reach: %s".formatted(node, failure.getCause()), failure);
        }
    }

    private ChannelInitializer<Channel> incoming(Map<String, Supplier<ChannelHandler>> offered) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                var from = channel.remoteAddress();
                if (!config.limits().enter(from)) {
                    var _ = channel.close();
                    return;
                }
                channel.closeFuture().addListener(_ -> config.limits().leave(from));
                var engine = tls.createSSLEngine();
                engine.setUseClientMode(false);
                engine.setNeedClientAuth(true);
                add(channel, engine, new Admission(config, offered));
            }
        };
    }

    private ChannelInitializer<Channel> outgoing(NodeId node, Supplier<ChannelHandler> opening) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                // The name keys the sessions that can be resumed; whom the certificate names is
                // Opening's to check.
                var engine = tls.createSSLEngine(node.name(), config.bind().port());
                engine.setUseClientMode(true);
                add(channel, engine, opening.get());
            }
        };
    }

    private void add(Channel channel, SSLEngine engine, ChannelHandler handshake) {
        engine.setEnabledProtocols(new String[] {MutualTls.VERSION});
        var encryption = new SslHandler(engine);
        encryption.setHandshakeTimeoutMillis(CONNECT_LIMIT.toMillis());
        channel.pipeline()
                .addLast(encryption)
                .addLast(new StillBelieved(config.tls().believed()))
                .addLast(Handshake.FRAMES, Frames.decoder(Handshake.MAX_BYTES))
                .addLast(handshake);
    }

    @Override
    public void close() {
        var _ =
                group.shutdownGracefully(0, STOP_LIMIT_SECONDS, TimeUnit.SECONDS)
                        .awaitUninterruptibly(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
    }
}
