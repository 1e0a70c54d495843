// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.krg.pages.engine.PeerLinks;
import org.krg.pages.engine.PeerSink;
import org.krg.pages.engine.Threads;
import org.krg.pages.net.IncomingLink.Handled;
import org.krg.state.MutualTls;
import org.krg.state.ThreadLost;
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

    /// A node that is restarted is found again within this time.
    private static final Duration RETRY_PAUSE = Duration.ofMillis(100);

    private static final SecureRandom RANDOM = new SecureRandom();

    /// Pages that are sent while their reader is busy with others wait in the kernel, not here.
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;

    private final LinkConfig config;
    private final Function<NodeId, Optional<PagePort>> ports;
    private final Optional<SSLContext> tls;
    private final ServerSocketChannel port;
    private final Flusher flusher;
    private final Map<NodeId, OutgoingLink> outgoing = new ConcurrentHashMap<>();
    private final Map<NodeId, Reader> readers = new ConcurrentHashMap<>();
    private final Map<NodeId, Handled> handled = new ConcurrentHashMap<>();
    private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();

    /// The links that a thread is to flush when it is through.
    private final ThreadLocal<Together> together = ThreadLocal.withInitial(Together::new);

    private volatile boolean closed;

    private static final class Together {
        private boolean isOpen;
        private final List<OutgoingLink> links = new ArrayList<>();
    }

    private record Reader(Thread thread, SocketChannel channel) {}

    private PageLinks(
            LinkConfig config, Function<NodeId, Optional<PagePort>> ports, ServerSocketChannel port)
            throws IOException {
        this.config = config;
        this.ports = ports;
        this.tls = config.tls().map(MutualTls::context);
        this.port = port;
        this.flusher = Flusher.start(this::broken);
    }

    /// Takes the address; [#listen] admits other nodes.
    ///
    /// @param ports where a node listens, if that is known; may block
    /// @throws IOException if the address is taken, or is not one of loopback and there is no TLS
    public static PageLinks open(LinkConfig config, Function<NodeId, Optional<PagePort>> ports)
            throws IOException {
        var address = new InetSocketAddress(config.bind().host(), config.bind().port());
        if (config.tls().isEmpty() && !address.getAddress().isLoopbackAddress()) {
            throw new IOException(
                    "page messages are not encrypted: they listen on loopback only, not on "
                            + config.bind());
        }
        return new PageLinks(config, ports, ServerSocketChannel.open().bind(address));
    }

    /// Admits other nodes, whose messages are handled by `receiver`.
    public void listen(PeerSink receiver) {
        var _ =
                Thread.ofPlatform()
                        .name("page-port")
                        .daemon()
                        .start(ThreadLost.told(() -> accept(receiver)));
    }

    /// {@return where it listens}
    public HostPort address() {
        return new HostPort(config.bind().host(), port.socket().getLocalPort());
    }

    @Override
    public void send(NodeId peer, ByteBuffer head, ByteBuffer rest) {
        var known = outgoing.get(peer);
        var link = known == null ? outgoing.computeIfAbsent(peer, this::open) : known;
        var waiting = together.get();
        link.add(head, rest);
        if (!waiting.isOpen || link.isLong()) {
            flush(link);
        } else if (!waiting.links.contains(link)) {
            waiting.links.add(link);
        }
    }

    @Override
    public void together(Runnable work) {
        var waiting = together.get();
        if (waiting.isOpen) {
            work.run();
            return;
        }
        waiting.isOpen = true;
        try {
            work.run();
        } finally {
            waiting.isOpen = false;
            waiting.links.forEach(this::flush);
            waiting.links.clear();
        }
    }

    private void flush(OutgoingLink link) {
        try {
            link.flush();
        } catch (IOException failure) {
            log.debug("page link failed to={}", link.peer(), failure);
            var wire = link.wire();
            if (wire != null) {
                broken(link, wire);
            }
        }
    }

    @Override
    public void forget(NodeId peer) {
        var link = outgoing.remove(peer);
        if (link != null) {
            link.forget();
        }
    }

    /// Waits until other nodes have handled all that was sent to them, at most so long.
    ///
    /// @return whether they have
    public boolean settle(Duration limit) throws InterruptedException {
        var until = System.nanoTime() + limit.toNanos();
        for (var link : outgoing.values()) {
            link.addQuestion();
            flush(link);
        }
        var isSettled = true;
        for (var link : outgoing.values()) {
            isSettled &= link.awaitConfirmed(until);
        }
        return isSettled;
    }

    private OutgoingLink open(NodeId peer) {
        var link = new OutgoingLink(peer, RANDOM.nextLong());
        connectSoon(link);
        return link;
    }

    private void broken(OutgoingLink link, Wire wire) {
        if (link.disconnected(wire) && !closed) {
            log.info("page link broken to={}", link.peer());
            connectSoon(link);
        }
        channels.remove(wire.channel());
    }

    private void connectSoon(OutgoingLink link) {
        var _ = Thread.ofVirtual().name("page-opener-" + link.peer()).start(() -> connect(link));
    }

    private void connect(OutgoingLink link) {
        while (!closed && !link.isForgotten() && !isConnected(link)) {
            LockSupport.parkNanos(RETRY_PAUSE.toNanos());
        }
    }

    private boolean isConnected(OutgoingLink link) {
        var found = ports.apply(link.peer());
        if (found.isEmpty()) {
            return false;
        }
        var address = found.get().address();
        SocketChannel channel = null;
        Wire wire = null;
        try {
            channel = SocketChannel.open();
            channels.add(channel);
            prepare(channel);
            channel.socket()
                    .connect(
                            new InetSocketAddress(address.host(), address.port()),
                            (int) GREETING_LIMIT.toMillis());
            wire = tls.isPresent() ? TlsWire.opened(channel, tls.get()) : new PlainWire(channel);
            Greeting.open(wire, config, link.peer(), found.get().key());
            flusher.add(wire, link, Greeting.resume(wire, link.session()));
            if (closed) {
                Channels.close(channel);
            }
            return true;
        } catch (IOException failure) {
            log.debug("no page link to={} reason={}", link.peer(), failure.toString());
            if (channel != null) {
                channels.remove(channel);
                Channels.close(channel);
            }
            if (wire != null) {
                var _ = link.disconnected(wire);
            }
            return false;
        }
    }

    private static void prepare(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        channel.socket().setSoTimeout((int) GREETING_LIMIT.toMillis());
    }

    private void accept(PeerSink receiver) {
        while (!closed) {
            try {
                var channel = port.accept();
                channels.add(channel);
                prepare(channel);
                var _ =
                        Thread.ofPlatform()
                                .name("page-reader")
                                .daemon()
                                .start(() -> read(channel, receiver));
            } catch (IOException failure) {
                if (!closed) {
                    log.warn("no connection accepted reason={}", failure.toString());
                }
            }
        }
    }

    private void read(SocketChannel channel, PeerSink receiver) {
        try {
            var wire =
                    tls.isPresent() ? TlsWire.accepted(channel, tls.get()) : new PlainWire(channel);
            var peer = Greeting.admit(wire, config);
            Thread.currentThread().setName("page-reader-" + peer);
            awaitEarlier(readers.put(peer, new Reader(Thread.currentThread(), channel)));
            var session = Greeting.session(wire);
            var counted =
                    handled.compute(
                            peer,
                            (_, known) ->
                                    known != null && known.session() == session
                                            ? known
                                            : new Handled(session));
            Greeting.answer(wire, counted.count());
            new IncomingLink(wire, peer, receiver, counted, this).run();
            log.info("page link closed from={}", peer);
        } catch (IOException failure) {
            if (!closed) {
                log.warn("page link refused or failed reason={}", failure.toString());
            }
        } finally {
            Channels.close(channel);
            channels.remove(channel);
        }
    }

    /// What a node sent over an earlier connection comes before what it sends over the next one.
    private static void awaitEarlier(@Nullable Reader earlier) {
        if (earlier != null) {
            Channels.close(earlier.channel);
            Threads.join(earlier.thread);
        }
    }

    /// Breaks every connection, as a network may.
    void breakConnections() {
        channels.forEach(Channels::close);
    }

    @Override
    public void close() {
        closed = true;
        Channels.close(port);
        flusher.close();
        outgoing.values().forEach(OutgoingLink::forget);
        channels.forEach(Channels::close);
        readers.values().forEach(reader -> Threads.join(reader.thread));
    }
}
