// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/// The thread that sends what the network did not take at once, and sees connections end on which
/// nothing is sent.
final class Flusher implements AutoCloseable {
    private final Selector selector;
    private final Consumer<OutgoingLink> broken;

    private Flusher(Selector selector, Consumer<OutgoingLink> broken) {
        this.selector = selector;
        this.broken = broken;
    }

    /// @param broken is told of links that failed
    static Flusher start(Consumer<OutgoingLink> broken) throws IOException {
        var flusher = new Flusher(Selector.open(), broken);
        var _ = Thread.ofPlatform().name("page-flusher").daemon().start(flusher::run);
        return flusher;
    }

    /// Takes over a connection.
    void add(SocketChannel channel, OutgoingLink link) throws IOException {
        channel.configureBlocking(false);
        try {
            link.connected(channel, channel.register(selector, SelectionKey.OP_READ, link));
        } catch (ClosedSelectorException closed) {
            throw new IOException("the links are closed", closed);
        }
        selector.wakeup();
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::handle);
            }
        } catch (IOException | ClosedSelectorException _) {
            // Closed from outside.
        }
    }

    private void handle(SelectionKey key) {
        var link = (OutgoingLink) key.attachment();
        try {
            if (key.isReadable() && isAtEnd((SocketChannel) key.channel())) {
                broken.accept(link);
            } else if (key.isWritable()) {
                link.flush();
            }
        } catch (IOException | CancelledKeyException _) {
            broken.accept(link);
        }
    }

    /// Nothing is ever said in this direction.
    private static boolean isAtEnd(SocketChannel channel) throws IOException {
        return channel.read(ByteBuffer.allocate(1)) != 0;
    }

    @Override
    public void close() {
        Channels.close(selector);
    }
}
