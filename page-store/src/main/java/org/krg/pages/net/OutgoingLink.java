// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.PageMessage;
import org.krg.state.model.NodeId;

/// What is sent to one node, over one connection after another. A message is kept until the node
/// says that it has handled it, and sent again over the next connection otherwise.
final class OutgoingLink {
    /// Most messages are shorter than a page with its header, or than a run of pages.
    private static final int SHORT_BYTES = 4_096 + 128;

    private static final int LONG_BYTES = PageMessage.LONGEST_RUN * 4_096 + 128;

    /// Long buffers that are kept to be used again.
    private static final int LONG_BUFFERS = 16;

    /// Messages that one call sends.
    private static final int AT_ONCE = 16;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final NodeId peer;
    private final long session;
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
    private final Deque<ByteBuffer> unconfirmed = new ArrayDeque<>();
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private final Deque<ByteBuffer> freeLong = new ArrayDeque<>();
    private long confirmed;
    private @Nullable Wire wire;
    private @Nullable SelectionKey key;
    private boolean forgotten;

    /// Until [#connected] everything waits.
    ///
    /// @param session tells what the node has counted of this link from what it counted of others
    OutgoingLink(NodeId peer, long session) {
        this.peer = peer;
        this.session = session;
    }

    NodeId peer() {
        return peer;
    }

    long session() {
        return session;
    }

    /// {@return whether nothing is to be sent any more}
    synchronized boolean isForgotten() {
        return forgotten;
    }

    /// Sends what the node has not handled yet, and from now on from the thread that sends.
    ///
    /// @param handled how many messages of this session the node has handled
    synchronized void connected(Wire opened, SelectionKey registered, long handled)
            throws IOException {
        wire = opened;
        key = registered;
        confirm(handled);
        while (!unconfirmed.isEmpty()) {
            unsent.addFirst(unconfirmed.removeLast());
        }
        unsent.forEach(ByteBuffer::rewind);
        flush();
    }

    /// The node has handled that many messages of this session.
    synchronized void confirm(long handled) {
        while (confirmed < handled && !unconfirmed.isEmpty()) {
            var frame = unconfirmed.remove();
            confirmed++;
            if (frame.capacity() == SHORT_BYTES) {
                free.push(frame);
            } else if (freeLong.size() < LONG_BUFFERS) {
                freeLong.push(frame);
            }
        }
        notifyAll();
    }

    /// Asks the node to confirm all that was added so far.
    synchronized void addQuestion() {
        add(NOTHING.duplicate(), NOTHING.duplicate());
    }

    /// {@return whether the node has handled all that was added} Waits for that until then.
    synchronized boolean awaitConfirmed(long untilNanos) throws InterruptedException {
        while (!unsent.isEmpty() || !unconfirmed.isEmpty()) {
            var left = untilNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /// Adds a message, which goes with the next [#flush].
    synchronized void add(ByteBuffer head, ByteBuffer rest) {
        if (!forgotten) {
            unsent.add(frame(head, rest));
        }
    }

    /// {@return whether so much waits that it is not worth while to wait for more}
    synchronized boolean isLong() {
        return unsent.size() >= AT_ONCE
                || (!unsent.isEmpty() && unsent.getLast().capacity() > SHORT_BYTES);
    }

    private ByteBuffer frame(ByteBuffer head, ByteBuffer rest) {
        var length = head.remaining() + rest.remaining();
        return buffer(Integer.BYTES + length).putInt(length).put(head).put(rest).flip();
    }

    private ByteBuffer buffer(int length) {
        var isShort = length <= SHORT_BYTES;
        var pooled = isShort ? free.poll() : freeLong.poll();
        return pooled == null
                ? ByteBuffer.allocateDirect(isShort ? SHORT_BYTES : LONG_BYTES)
                : pooled.clear();
    }

    /// Sends what waits as far as the network takes it.
    ///
    /// @throws IOException if the connection is broken; what waits is for the next one
    synchronized void flush() throws IOException {
        if (wire == null || key == null) {
            return;
        }
        try {
            write(wire, key);
        } catch (CancelledKeyException closed) {
            throw new IOException("the connection was closed meanwhile", closed);
        }
    }

    private void write(Wire wire, SelectionKey key) throws IOException {
        boolean isGone;
        do {
            isGone = wire.write(first());
            while (!unsent.isEmpty() && !unsent.element().hasRemaining()) {
                unconfirmed.add(unsent.remove());
            }
        } while (isGone && !unsent.isEmpty());
        if (!isGone) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
            key.selector().wakeup();
        } else if ((key.interestOps() & SelectionKey.OP_WRITE) != 0) {
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }
    }

    private ByteBuffer[] first() {
        var frames = new ByteBuffer[Math.min(unsent.size(), AT_ONCE)];
        var each = unsent.iterator();
        Arrays.setAll(frames, _ -> each.next());
        return frames;
    }

    /// The connection is of no use any more.
    ///
    /// @return whether it is the one that is used now
    synchronized boolean disconnected(Wire broken) {
        Channels.close(broken.channel());
        if (!broken.equals(wire)) {
            return false;
        }
        wire = null;
        key = null;
        return true;
    }

    /// {@return the connection, if there is one}
    synchronized @Nullable Wire wire() {
        return wire;
    }

    /// Sends nothing any more, and keeps nothing.
    synchronized void forget() {
        forgotten = true;
        unsent.clear();
        unconfirmed.clear();
        notifyAll();
        if (wire != null) {
            Channels.close(wire.channel());
        }
    }
}
