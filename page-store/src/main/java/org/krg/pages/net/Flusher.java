// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.BiConsumer;
import org.krg.state.ThreadLost;

/// The thread that sends what the network did not take at once, hears what was handled, and sees
/// connections end.
final class Flusher implements AutoCloseable {
    private final Selector selector;
    private final BiConsumer<OutgoingLink, Wire> broken;

    /// A link's connection and the confirmation that is just coming in.
    private record Connection(OutgoingLink link, Wire wire, ByteBuffer confirmation) {}

    private Flusher(Selector selector, BiConsumer<OutgoingLink, Wire> broken) {
        this.selector = selector;
        this.broken = broken;
    }

    /// @param broken is told of connections that failed
    static Flusher start(BiConsumer<OutgoingLink, Wire> broken) throws IOException {
        var flusher = new Flusher(Selector.open(), broken);
        var _ =
                Thread.ofPlatform()
                        .name("page-flusher")
                        .daemon()
                        .start(ThreadLost.told(flusher::run));
        return flusher;
    }

    /// Takes over a connection.
    ///
    /// @param handled how many messages of the link's session the other side has handled
    void add(Wire wire, OutgoingLink link, long handled) throws IOException {
        wire.channel().configureBlocking(false);
        try {
            var connection = new Connection(link, wire, ByteBuffer.allocate(Long.BYTES));
            var key = wire.channel().register(selector, SelectionKey.OP_READ, connection);
            link.connected(wire, key, handled);
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
        try {
            if (key.isReadable()) {
                readConfirmations(connection);
            }
            if (key.isWritable()) {
                connection.link.flush();
            }
        } catch (IOException | CancelledKeyException _) {
            key.cancel();
            broken.accept(connection.link, connection.wire);
        }
    }

    private static void readConfirmations(Connection connection) throws IOException {
        var buffer = connection.confirmation;
        var count = connection.wire.read(buffer);
        // To the end: what was decrypted is not told of again.
        while (count > 0) {
            if (!buffer.hasRemaining()) {
                connection.link.confirm(buffer.getLong(0));
                buffer.clear();
            }
            count = connection.wire.read(buffer);
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
