// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.krg.pages.engine.PeerLinks;
import org.krg.pages.engine.PeerSink;
import org.krg.pages.engine.Threads;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The port on which other nodes send page messages, and the ways to theirs. Safe for use from any
/// thread.
public final class PageLinks implements PeerLinks, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PageLinks.class);

    /// A live node on a loaded machine greets within this time.
    private static final Duration GREETING_LIMIT = Duration.ofSeconds(5);

    /// Pages that are sent while their reader is busy with others wait in the kernel, not here.
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;

    private final LinkConfig config;
    private final Function<NodeId, Optional<HostPort>> addresses;
    private final PeerSink sink;
    private final ServerSocketChannel port;
    private final Flusher flusher;
    private final Map<NodeId, OutgoingLink> outgoing = new ConcurrentHashMap<>();
    private final Map<NodeId, Reader> readers = new ConcurrentHashMap<>();
    private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private record Reader(Thread thread, SocketChannel channel) {}

    private PageLinks(
            LinkConfig config,
            Function<NodeId, Optional<HostPort>> addresses,
            PeerSink sink,
            ServerSocketChannel port)
            throws IOException {
        this.config = config;
        this.addresses = addresses;
        this.sink = sink;
        this.port = port;
        this.flusher = Flusher.start(this::breakOff);
    }

    /// Opens the port.
    ///
    /// @param addresses where the port of a node is, if that is known; may block
    /// @throws IOException if the address is taken, or is not one of loopback
    public static PageLinks open(
            LinkConfig config, Function<NodeId, Optional<HostPort>> addresses, PeerSink sink)
            throws IOException {
        var address = new InetSocketAddress(config.bind().host(), config.bind().port());
        if (!address.getAddress().isLoopbackAddress()) {
            throw new IOException(
                    "page messages are not encrypted: they listen on loopback only, not on "
                            + config.bind());
        }
        var port = ServerSocketChannel.open().bind(address);
        var links = new PageLinks(config, addresses, sink, port);
        var _ = Thread.ofPlatform().name("page-port").daemon().start(links::accept);
        return links;
    }

    /// {@return where it listens}
    public HostPort address() {
        return new HostPort(config.bind().host(), port.socket().getLocalPort());
    }

    @Override
    public void send(NodeId peer, ByteBuffer message) {
        var link = outgoing.computeIfAbsent(peer, this::open);
        if (!link.send(message)) {
            breakOff(link);
        }
    }

    private OutgoingLink open(NodeId peer) {
        var link = new OutgoingLink(peer);
        var _ = Thread.ofVirtual().name("page-opener-" + peer).start(() -> connect(link));
        return link;
    }

    private void connect(OutgoingLink link) {
        try {
            var address =
                    addresses
                            .apply(link.peer())
                            .orElseThrow(() -> new IOException("its address is not known"));
            var channel = SocketChannel.open();
            channels.add(channel);
            prepare(channel);
            channel.socket()
                    .connect(
                            new InetSocketAddress(address.host(), address.port()),
                            (int) GREETING_LIMIT.toMillis());
            Greeting.open(channel, config, link.peer());
            flusher.add(channel, link);
            if (closed) {
                Channels.close(channel);
            }
        } catch (IOException failure) {
            log.debug("no link to node={} reason={}", link.peer(), failure.toString());
            breakOff(link);
        }
    }

    private static void prepare(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        channel.socket().setSoTimeout((int) GREETING_LIMIT.toMillis());
    }

    private void breakOff(OutgoingLink link) {
        if (link.breakOff()) {
            outgoing.remove(link.peer(), link);
            if (!closed) {
                var _ = Thread.ofVirtual().start(() -> sink.lost(link.peer()));
            }
        }
    }

    private void accept() {
        while (!closed) {
            try {
                var channel = port.accept();
                channels.add(channel);
                prepare(channel);
                var _ = Thread.ofPlatform().name("page-reader").daemon().start(() -> read(channel));
            } catch (IOException failure) {
                if (!closed) {
                    log.warn("no connection accepted reason={}", failure.toString());
                }
            }
        }
    }

    private void read(SocketChannel channel) {
        try {
            var peer = Greeting.admit(channel, config);
            Thread.currentThread().setName("page-reader-" + peer);
            awaitEarlier(readers.put(peer, new Reader(Thread.currentThread(), channel)));
            log.info("page link open from={}", peer);
            readFrom(peer, channel);
        } catch (IOException failure) {
            log.warn("connection refused reason={}", failure.getMessage());
        } finally {
            Channels.close(channel);
            channels.remove(channel);
        }
    }

    private void readFrom(NodeId peer, SocketChannel channel) {
        try {
            new IncomingLink(channel, peer, sink).run();
        } catch (IOException failure) {
            log.debug("page link failed from={}", peer, failure);
        }
        if (!closed) {
            log.info("page link closed from={}", peer);
            sink.lost(peer);
        }
    }

    /// What a node sent over an earlier connection comes before what it sends over the next one.
    private static void awaitEarlier(@Nullable Reader earlier) {
        if (earlier != null) {
            Channels.close(earlier.channel);
            Threads.join(earlier.thread);
        }
    }

    @Override
    public void close() {
        closed = true;
        Channels.close(port);
        flusher.close();
        outgoing.values().forEach(OutgoingLink::breakOff);
        channels.forEach(Channels::close);
        readers.values().forEach(reader -> Threads.join(reader.thread));
    }
}
