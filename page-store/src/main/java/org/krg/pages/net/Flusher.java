// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.BiConsumer;

/// The thread that sends what the network did not take at once, hears what was handled, and sees
/// connections end.
final class Flusher implements AutoCloseable {
    private final Selector selector;
    private final BiConsumer<OutgoingLink, SocketChannel> broken;

    /// A link's connection and the confirmation that is just coming in.
    private record Connection(OutgoingLink link, ByteBuffer confirmation) {}

    private Flusher(Selector selector, BiConsumer<OutgoingLink, SocketChannel> broken) {
        this.selector = selector;
        this.broken = broken;
    }

    /// @param broken is told of connections that failed
    static Flusher start(BiConsumer<OutgoingLink, SocketChannel> broken) throws IOException {
        var flusher = new Flusher(Selector.open(), broken);
        var _ = Thread.ofPlatform().name("page-flusher").daemon().start(flusher::run);
        return flusher;
    }

    /// Takes over a connection.
    ///
    /// @param handled how many messages of the link's session the other side has handled
    void add(SocketChannel channel, OutgoingLink link, long handled) throws IOException {
        channel.configureBlocking(false);
        try {
            var connection = new Connection(link, ByteBuffer.allocate(Long.BYTES));
            var key = channel.register(selector, SelectionKey.OP_READ, connection);
            link.connected(channel, key, handled);
        } catch (ClosedSelectorException closed) {
            throw new IOException("the links are closed", closed);
        }
        selector.wakeup();
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::serve);
            }
        } catch (IOException | ClosedSelectorException _) {
            // Closed from outside.
        }
    }

    private void serve(SelectionKey key) {
        var connection = (Connection) key.attachment();
        var channel = (SocketChannel) key.channel();
        try {
            if (key.isReadable()) {
                readConfirmations(channel, connection);
            }
            if (key.isWritable()) {
                connection.link.flush();
            }
        } catch (IOException | CancelledKeyException _) {
            key.cancel();
            broken.accept(connection.link, channel);
        }
    }

    private static void readConfirmations(SocketChannel channel, Connection connection)
            throws IOException {
        var buffer = connection.confirmation;
        var count = channel.read(buffer);
        while (count > 0 && !buffer.hasRemaining()) {
            connection.link.confirm(buffer.getLong(0));
            count = channel.read(buffer.clear());
        }
        if (count < 0) {
            throw new IOException("the other side has closed the connection");
        }
    }

    @Override
    public void close() {
        Channels.close(selector);
    }
}
