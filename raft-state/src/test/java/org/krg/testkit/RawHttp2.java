// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.krg.state.model.HostPort;

/// A connection that speaks HTTP/2, RFC 9113, without TLS and as badly as a test wants: no library
/// would send these frames.
public final class RawHttp2 implements AutoCloseable {
    /// Enough for a busy machine.
    private static final int GET = 0x82;

    private static final int POST = 0x83;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;

    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int CANCEL = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int DEFAULT_WINDOW = 65_535;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    /// Bytes that the other side takes on the connection and, beside what is granted by stream, on
    /// every one.
    private long window = DEFAULT_WINDOW;

    private long windowOfStreams = DEFAULT_WINDOW;
    private final Map<Integer, Long> granted = new HashMap<>();
    private final Map<Integer, Long> sent = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();

    /// What the other side did about it.
    public enum End {
        /// It reset a stream, or answered on it for good.
        STREAM_ENDED,
        /// It ended the connection.
        CONNECTION_ENDED
    }

    public RawHttp2(HostPort address) throws IOException {
        this(new Socket(address.host(), address.port()), DEFAULT_WINDOW);
    }

    /// @param socket that is connected, by TLS or without
    /// @param window bytes that this side takes of each answer
    public RawHttp2(Socket socket, int window) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
        out.write(PREFACE);
        write(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6)
                        .putShort((short) INITIAL_WINDOW_SIZE)
                        .putInt(window)
                        .array());
        // The other side's limits hold once they are acknowledged.
        var frame = read();
        while (frame.type() != SETTINGS) {
            frame = read();
        }
        write(SETTINGS, ACK, 0, new byte[0]);
    }

    private record Frame(int type, int flags, int stream) {
        boolean isLast() {
            return type == RST_STREAM
                    || ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0);
        }
    }

    private Frame read() throws IOException {
        var length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        var frame = new Frame(in.readUnsignedByte(), in.readUnsignedByte(), in.readInt());
        var content = ByteBuffer.wrap(in.readNBytes(length));
        if (frame.type() == WINDOW_UPDATE) {
            grant(frame.stream(), content.getInt());
        } else if (frame.type() == SETTINGS) {
            while (content.hasRemaining()) {
                var isWindow = content.getShort() == INITIAL_WINDOW_SIZE;
                var value = content.getInt();
                windowOfStreams = isWindow ? value : windowOfStreams;
            }
        } else if (frame.isLast()) {
            ended.add(frame.stream());
        }
        return frame;
    }

    private void grant(int stream, int bytes) {
        if (stream == 0) {
            window += bytes;
        } else {
            granted.merge(stream, (long) bytes, Long::sum);
        }
    }

    /// Sends a part of a body, once the other side takes so much.
    ///
    /// @return whether it did; else it ended the stream
    /// @throws java.net.SocketTimeoutException if it does neither for as long as is waited for it
    /// @throws EOFException if it ended the connection
    public boolean dataWhenTaken(int stream, byte[] bytes) throws IOException {
        while (in.available() > 0 || !isTaken(stream, bytes.length)) {
            read();
            if (ended.contains(stream)) {
                return false;
            }
        }
        window -= bytes.length;
        sent.merge(stream, (long) bytes.length, Long::sum);
        data(stream, bytes);
        return true;
    }

    private boolean isTaken(int stream, int bytes) {
        var ofStream = windowOfStreams + granted.getOrDefault(stream, 0L);
        return bytes <= window && bytes <= ofStream - sent.getOrDefault(stream, 0L);
    }

    /// Waits no longer than this for what the other side says.
    public void waitAtMost(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
    }

    /// Begins a POST whose body does not end.
    public RawHttp2 open(int stream, String path) throws IOException {
        return write(HEADERS, END_HEADERS, stream, request(POST, path));
    }

    /// Begins a GET that has a body.
    public RawHttp2 openToRead(int stream, String path) throws IOException {
        return write(HEADERS, END_HEADERS, stream, request(GET, path));
    }

    /// Begins a request and gives it up at once.
    public RawHttp2 openAndReset(int stream, String path) throws IOException {
        write(HEADERS, END_HEADERS | END_STREAM, stream, request(POST, path));
        return reset(stream);
    }

    /// Gives a request up.
    public RawHttp2 reset(int stream) throws IOException {
        return write(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
    }

    /// Ends the body of a request.
    public RawHttp2 end(int stream) throws IOException {
        return write(DATA, END_STREAM, stream, new byte[0]);
    }

    /// Begins a request whose headers never end.
    public RawHttp2 openEndless(int stream, String path) throws IOException {
        return write(HEADERS, 0, stream, request(POST, path));
    }

    /// Adds a header of `bytes` to such a request.
    public RawHttp2 moreHeaders(int stream, int bytes) throws IOException {
        var block = new ByteArrayOutputStream();
        literal(block, "x-long", "x".repeat(bytes));
        return write(CONTINUATION, 0, stream, block.toByteArray());
    }

    /// Sends a part of a body.
    public RawHttp2 data(int stream, byte[] bytes) throws IOException {
        return write(DATA, 0, stream, bytes);
    }

    /// {@return the first thing that the other side does to end a stream or the connection}
    public End awaitEnd() throws IOException {
        try {
            while (true) {
                var frame = read();
                if (frame.type() == GOAWAY) {
                    return End.CONNECTION_ENDED;
                }
                if (frame.isLast()) {
                    return End.STREAM_ENDED;
                }
            }
        } catch (EOFException | SocketException closed) {
            return End.CONNECTION_ENDED;
        }
    }

    /// Waits until the other side ends the connection, whatever it says of streams before.
    ///
    /// @throws java.net.SocketTimeoutException if it says nothing for 20 s
    public void awaitEndOfConnection() throws IOException {
        var end = awaitEnd();
        while (end != End.CONNECTION_ENDED) {
            end = awaitEnd();
        }
    }

    private RawHttp2 write(int type, int flags, int stream, byte[] payload) throws IOException {
        var frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        out.write(frame.array());
        return this;
    }

    private static byte[] request(int method, String path) {
        var block = new ByteArrayOutputStream();
        // Indexes of RFC 7541, appendix A: method, http; then names of the table with new values.
        block.write(method);
        block.write(0x86);
        indexed(block, 4, path);
        indexed(block, 1, "127.0.0.1");
        literal(block, "content-type", "application/grpc");
        literal(block, "te", "trailers");
        return block.toByteArray();
    }

    private static void indexed(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        text(block, value);
    }

    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        text(block, name);
        text(block, value);
    }

    private static void text(ByteArrayOutputStream block, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            var rest = bytes.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write((rest & 127) | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
