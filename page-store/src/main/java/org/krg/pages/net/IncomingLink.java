// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.krg.pages.coherence.PageMessage;
import org.krg.pages.engine.PeerLinks;
import org.krg.pages.engine.PeerSink;
import org.krg.state.model.NodeId;

/// The loop that reads one node's messages, has them handled one after the other, and confirms
/// them.
final class IncomingLink {
    /// The longest message, a run of pages with its header, and a part of the next.
    private static final int BUFFER_BYTES = 2 * PageMessage.LONGEST_RUN * 4_096 + 1_024;

    /// A confirmation costs a call; what is not confirmed is kept by the sender.
    private static final int CONFIRM_EVERY = 32;

    private static final int CONFIRM_EVERY_BYTES = 1 << 20;

    private final Wire wire;
    private final NodeId peer;
    private final PeerSink sink;
    private final Handled handled;
    private final PeerLinks links;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer confirmation = ByteBuffer.allocateDirect(Long.BYTES);
    private long confirmed;

    /// Where what is not handled yet begins in the buffer.
    private int begin;

    private int unconfirmedBytes;

    /// Whether the other side wants to know now, which it says by an empty message.
    private boolean isAsked;

    /// How many messages of one session of a peer were handled. Used by one reader after the other.
    static final class Handled {
        private final long session;
        private long count;

        Handled(long session) {
            this.session = session;
        }

        long session() {
            return session;
        }

        long count() {
            return count;
        }
    }

    /// @param links over which what is answered goes
    IncomingLink(Wire wire, NodeId peer, PeerSink sink, Handled handled, PeerLinks links) {
        this.wire = wire;
        this.peer = peer;
        this.sink = sink;
        this.handled = handled;
        this.links = links;
        this.confirmed = handled.count;
    }

    /// Returns when the other side has closed the connection.
    ///
    /// @throws IOException if it failed, or a message is longer than any can be
    void run() throws IOException {
        while (wire.read(buffer) >= 0) {
            buffer.limit(buffer.position()).position(begin);
            takeTogether();
            makeRoom();
            if (isAsked
                    || handled.count - confirmed >= CONFIRM_EVERY
                    || unconfirmedBytes >= CONFIRM_EVERY_BYTES) {
                confirm();
            }
        }
    }

    /// The beginning of a message stays where it is if the rest of it fits behind that: long ones
    /// would be copied as often as they are read.
    private void makeRoom() {
        var start = buffer.position();
        if (buffer.remaining() >= Integer.BYTES
                && start + Integer.BYTES + buffer.getInt(start) <= BUFFER_BYTES) {
            begin = start;
            buffer.position(buffer.limit()).limit(BUFFER_BYTES);
        } else {
            begin = 0;
            buffer.compact();
        }
    }

    private void confirm() throws IOException {
        isAsked = false;
        confirmed = handled.count;
        unconfirmedBytes = 0;
        confirmation.clear().putLong(confirmed).flip();
        while (!wire.write(confirmation)) {
            Thread.onSpinWait();
        }
    }

    private void takeTogether() throws IOException {
        try {
            links.together(() -> {
                try {
                    takeMessages();
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
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
            if (length == 0) {
                isAsked = true;
            } else {
                sink.received(peer, buffer.slice(start, length));
            }
            buffer.position(start + length);
            handled.count++;
            unconfirmedBytes += length;
        }
    }
}
