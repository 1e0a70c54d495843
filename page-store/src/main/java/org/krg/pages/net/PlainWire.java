// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.krg.state.model.NodeId;

/// Bytes as they are, between processes of one machine. Who is at the other side is shown by the
/// [Greeting] alone.
record PlainWire(SocketChannel channel) implements Wire {
    @Override
    public boolean isOf(NodeId node) {
        return true;
    }

    @Override
    public byte[] read(int count) throws IOException {
        var bytes = channel.socket().getInputStream().readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the other side closes the connection");
        }
        return bytes;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    public boolean write(ByteBuffer... frames) throws IOException {
        if (frames.length > 0) {
            channel.write(frames);
        }
        return frames.length == 0 || !frames[frames.length - 1].hasRemaining();
    }
}
