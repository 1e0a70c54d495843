// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.krg.state.MutualTls;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.NodeId;

/// Bytes over TLS 1.3, with a certificate of a node at each end. One thread at a time reads;
/// writing is for any, and does not wait for who reads.
final class TlsWire implements Wire {
    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    /// Records of 16 KiB that go with one call: those of the longest message.
    private static final int RECORDS = 17;

    private final SocketChannel channel;
    private final SSLEngine engine;

    // What came and is not decrypted; what is decrypted and not read; what is to be sent.
    private final ByteBuffer in;
    private final ByteBuffer plain;
    private final ByteBuffer out;

    /// While the two sides greet each other, nobody waits longer than the socket's limit.
    private boolean isGreeting = true;

    private TlsWire(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        var session = engine.getSession();
        this.in = ByteBuffer.allocate(2 * session.getPacketBufferSize()).limit(0);
        this.plain = ByteBuffer.allocate(session.getApplicationBufferSize()).limit(0);
        this.out = ByteBuffer.allocateDirect(RECORDS * session.getPacketBufferSize()).limit(0);
    }

    /// The side that has opened a connection; returns when both are known to each other.
    ///
    /// @throws IOException if the other side is not believed
    static TlsWire opened(SocketChannel channel, SSLContext tls) throws IOException {
        var engine = tls.createSSLEngine();
        engine.setUseClientMode(true);
        return greeted(channel, engine);
    }

    /// The side that owns the port.
    ///
    /// @throws IOException if the other side is not believed
    static TlsWire accepted(SocketChannel channel, SSLContext tls) throws IOException {
        var engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return greeted(channel, engine);
    }

    private static TlsWire greeted(SocketChannel channel, SSLEngine engine) throws IOException {
        engine.setEnabledProtocols(new String[] {MutualTls.VERSION});
        var wire = new TlsWire(channel, engine);
        engine.beginHandshake();
        wire.shakeHands();
        return wire;
    }

    private void shakeHands() throws IOException {
        for (var next = engine.getHandshakeStatus();
                next != HandshakeStatus.FINISHED && next != HandshakeStatus.NOT_HANDSHAKING;
                next = engine.getHandshakeStatus()) {
            switch (next) {
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    var result = decrypt();
                    if (result.getStatus() == SSLEngineResult.Status.CLOSED
                            || (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW
                                    && fill() < 0)) {
                        throw new EOFException("the other side closes the connection");
                    }
                }
                default -> answer(next);
            }
        }
    }

    @Override
    public SocketChannel channel() {
        return channel;
    }

    @Override
    public boolean isOf(NodeId node) {
        return MutualTls.findPeer(engine.getSession())
                .flatMap(name -> name.node())
                .filter(node::equals)
                .isPresent();
    }

    @Override
    public byte[] read(int count) throws IOException {
        var bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (take(bytes) < 0) {
                throw new EOFException("the other side closes the connection");
            }
        }
        return bytes.array();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        isGreeting = false;
        return take(into);
    }

    private int take(ByteBuffer into) throws IOException {
        while (!plain.hasRemaining()) {
            var isDirect = into.remaining() >= plain.capacity();
            var result = isDirect ? engine.unwrap(in, into) : decrypt();
            answer(result.getHandshakeStatus());
            switch (result.getStatus()) {
                case CLOSED -> {
                    return -1;
                }
                case BUFFER_UNDERFLOW -> {
                    var count = fill();
                    if (count <= 0) {
                        return count;
                    }
                }
                case BUFFER_OVERFLOW ->
                        throw new InvariantBroken("a record is as long as TLS allows: " + result);
                case OK -> {
                    if (isDirect && result.bytesProduced() > 0) {
                        return result.bytesProduced();
                    }
                }
            }
        }
        var count = Math.min(plain.remaining(), into.remaining());
        into.put(plain.slice(plain.position(), count));
        plain.position(plain.position() + count);
        return count;
    }

    private SSLEngineResult decrypt() throws IOException {
        plain.clear();
        try {
            return engine.unwrap(in, plain);
        } finally {
            plain.flip();
        }
    }

    private int fill() throws IOException {
        in.compact();
        try {
            if (!isGreeting) {
                return channel.read(in);
            }
            var count =
                    channel.socket()
                            .getInputStream()
                            .read(in.array(), in.position(), in.remaining());
            in.position(in.position() + Math.max(count, 0));
            return count;
        } finally {
            in.flip();
        }
    }

    /// Does what the protocol itself asks for: it may be at any time.
    private void answer(HandshakeStatus asked) throws IOException {
        if (asked == HandshakeStatus.NEED_TASK) {
            for (var task = engine.getDelegatedTask();
                    task != null;
                    task = engine.getDelegatedTask()) {
                task.run();
            }
        } else if (asked == HandshakeStatus.NEED_WRAP) {
            synchronized (this) {
                var _ = drain();
                out.compact();
                encrypt(NOTHING);
                out.flip();
                var _ = drain();
            }
        }
    }

    @Override
    public synchronized boolean write(ByteBuffer... frames) throws IOException {
        while (drain()) {
            if (Arrays.stream(frames).noneMatch(ByteBuffer::hasRemaining)) {
                return true;
            }
            out.clear();
            do {
                encrypt(frames);
            } while (Arrays.stream(frames).anyMatch(ByteBuffer::hasRemaining)
                    && out.remaining() >= engine.getSession().getPacketBufferSize());
            out.flip();
        }
        return false;
    }

    private void encrypt(ByteBuffer[] frames) throws IOException {
        if (engine.wrap(frames, out).getStatus() != SSLEngineResult.Status.OK) {
            throw new EOFException("the encrypted connection is closed");
        }
    }

    private boolean drain() throws IOException {
        if (out.hasRemaining()) {
            channel.write(out);
        }
        return !out.hasRemaining();
    }
}
