// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.NodeId;

/// What is sent to one node: by the sending thread as long as the network takes it, otherwise by
/// the thread of the [Flusher]. Lives as long as its connection.
final class OutgoingLink {
    /// A node that does not read for that long is lost: twice as much as all pages in flight.
    private static final int MOST_WAITING_BYTES = 64 << 20;

    private final NodeId peer;
    private final ByteBuffer length = ByteBuffer.allocateDirect(Integer.BYTES);
    private final ByteBuffer[] frame = {length, length};
    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private boolean broken;

    /// Until [#connected] everything waits.
    OutgoingLink(NodeId peer) {
        this.peer = peer;
    }

    NodeId peer() {
        return peer;
    }

    /// Sends what waits, and from now on from the thread that sends.
    synchronized void connected(SocketChannel opened, SelectionKey registered) throws IOException {
        channel = opened;
        key = registered;
        flush();
    }

    /// Sends a message or lets it wait.
    ///
    /// @return false if the link is broken
    synchronized boolean send(ByteBuffer message) {
        if (broken) {
            return false;
        }
        length.clear().putInt(message.remaining()).flip();
        try {
            if (channel != null && waiting.isEmpty()) {
                frame[1] = message;
                channel.write(frame);
            }
            if (length.hasRemaining() || message.hasRemaining()) {
                keep(message);
            }
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private void keep(ByteBuffer message) throws IOException {
        var rest = ByteBuffer.allocate(length.remaining() + message.remaining());
        rest.put(length).put(message).flip();
        waiting.add(rest);
        waitingBytes += rest.remaining();
        if (waitingBytes > MOST_WAITING_BYTES) {
            throw new IOException("node " + peer + " does not read");
        }
        if (key != null) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
            key.selector().wakeup();
        }
    }

    /// Sends what waits as far as the network takes it.
    synchronized void flush() throws IOException {
        if (channel == null || key == null) {
            return;
        }
        while (!waiting.isEmpty()) {
            var next = waiting.element();
            waitingBytes -= channel.write(next);
            if (next.hasRemaining()) {
                key.interestOpsOr(SelectionKey.OP_WRITE);
                key.selector().wakeup();
                return;
            }
            waiting.remove();
        }
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
    }

    /// Sends nothing any more.
    ///
    /// @return whether it was whole until now
    synchronized boolean breakOff() {
        if (broken) {
            return false;
        }
        broken = true;
        waiting.clear();
        if (channel != null) {
            Channels.close(channel);
        }
        return true;
    }
}
