// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.krg.pages.engine.PeerSink;
import org.krg.state.model.NodeId;

/// The loop that reads one node's messages and has them handled, one after the other.
final class IncomingLink {
    /// Sixteen pages with their headers come with one call.
    private static final int BUFFER_BYTES = 128 << 10;

    private final SocketChannel channel;
    private final NodeId peer;
    private final PeerSink sink;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    IncomingLink(SocketChannel channel, NodeId peer, PeerSink sink) {
        this.channel = channel;
        this.peer = peer;
        this.sink = sink;
    }

    /// Returns when the other side has closed the connection.
    ///
    /// @throws IOException if it failed, or a message is longer than any can be
    void run() throws IOException {
        while (channel.read(buffer) >= 0) {
            buffer.flip();
            takeMessages();
            buffer.compact();
        }
    }

    private void takeMessages() throws IOException {
        while (buffer.remaining() >= Integer.BYTES) {
            var length = buffer.getInt(buffer.position());
            if (length < 0 || length > BUFFER_BYTES - Integer.BYTES) {
                throw new IOException("a message of %d bytes from %s".formatted(length, peer));
            }
            if (buffer.remaining() < Integer.BYTES + length) {
                return;
            }
            var start = buffer.position() + Integer.BYTES;
            sink.received(peer, buffer.slice(start, length));
            buffer.position(start + length);
        }
    }
}
