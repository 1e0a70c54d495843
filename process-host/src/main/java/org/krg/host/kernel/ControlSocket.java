// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.krg.linux.DirectoryFd;

/// The line protocol of a cell's `krg-init`: one command, one answer, one connection.
final class ControlSocket {
    private static final String ENTRY = "ctl";

    /// An answer is one line of a few numbers or one error message.
    private static final int MOST_ANSWER_BYTES = 4096;

    /// krg-init does it at once; the machine may be slow.
    private static final Duration TAKE_BACK = Duration.ofSeconds(5);

    private static final Duration CONNECT_PAUSE = Duration.ofMillis(20);

    private ControlSocket() {}

    /// Sends a command and its payload and waits for the answer.
    ///
    /// @return what follows `ok ` in the answer
    /// @throws CellFailed if krg-init refuses, cannot be reached or does not answer in time
    static String request(Path cell, String command, byte[] payload, Duration limit) {
        var deadline = System.nanoTime() + limit.toNanos();
        return attempt(
                cell,
                command,
                () -> {
                    try (var channel = connect(cell, deadline);
                            var selector = Selector.open()) {
                        var key = send(channel, selector, command, payload, deadline);
                        key.interestOps(SelectionKey.OP_READ);
                        await(selector, deadline, command);
                        return answer(channel, selector, deadline, command);
                    }
                });
    }

    /// Sends a command whose payload is taken bit by bit, and takes back what is not taken in time.
    ///
    /// @return what follows `ok ` in the answer
    /// @throws CellFailed if krg-init refuses, or cannot be reached; then nobody knows how much it
    ///   has taken
    static String offer(Path cell, String command, byte[] payload, Duration limit) {
        var deadline = System.nanoTime() + limit.toNanos();
        var latest = deadline + TAKE_BACK.toNanos();
        return attempt(
                cell,
                command,
                () -> {
                    try (var channel = connect(cell, latest);
                            var selector = Selector.open()) {
                        var key = send(channel, selector, command, payload, latest);
                        key.interestOps(SelectionKey.OP_READ);
                        if (!isReady(selector, deadline)) {
                            channel.shutdownOutput();
                            await(selector, latest, command);
                        }
                        return answer(channel, selector, latest, command);
                    }
                });
    }

    private interface Exchange {
        String run() throws IOException;
    }

    private static String attempt(Path cell, String command, Exchange exchange) {
        try {
            return meaning(exchange.run(), command);
        } catch (IOException failure) {
            throw new CellFailed(
                    "krg-init of " + cell + " does not take '" + command + "'", failure);
        }
    }

    private static SelectionKey send(
            SocketChannel channel, Selector selector, String command, byte[] payload, long deadline)
            throws IOException {
        var key = channel.register(selector, SelectionKey.OP_WRITE);
        var line = (command + "\n").getBytes(StandardCharsets.UTF_8);
        var message = ByteBuffer.allocate(line.length + payload.length);
        message.put(line).put(payload).flip();
        while (message.hasRemaining()) {
            await(selector, deadline, command);
            channel.write(message);
        }
        return key;
    }

    /// {@return the answer, of which the beginning is there}
    private static String answer(
            SocketChannel channel, Selector selector, long deadline, String command)
            throws IOException {
        var answer = ByteBuffer.allocate(MOST_ANSWER_BYTES);
        while (channel.read(answer) >= 0 && answer.hasRemaining() && !endsLine(answer)) {
            await(selector, deadline, command);
        }
        return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }

    /// Blocks until `krg-init` has ended or has closed the connection. Made for a virtual thread.
    static void awaitEnd(Path cell) throws IOException {
        try (var channel = connect(cell, System.nanoTime())) {
            channel.configureBlocking(true);
            var line = ByteBuffer.wrap("wait\n".getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            var answer = ByteBuffer.allocate(MOST_ANSWER_BYTES);
            while (channel.read(answer.clear()) >= 0) {
                // What it says is in the exit file; its end is what we wait for.
            }
        }
    }

    /// {@return a connection that does not block} Tried until the deadline while more than may wait
    /// for `krg-init` to accept them: whoever connected in the ordinary way would wait without end.
    private static SocketChannel connect(Path cell, long deadline) throws IOException {
        try (var directory = DirectoryFd.open(cell)) {
            var entry = directory.shortPath(ENTRY);
            while (true) {
                var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    channel.configureBlocking(false);
                    channel.connect(UnixDomainSocketAddress.of(entry));
                    return channel;
                } catch (IOException failure) {
                    channel.close();
                    // Of a full line the JVM has no exception of its own: EAGAIN, connect(2).
                    var mayBeFull = !(failure instanceof ConnectException) && Files.exists(entry);
                    if (!mayBeFull || System.nanoTime() - deadline >= 0) {
                        throw failure;
                    }
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(CONNECT_PAUSE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new CellFailed("interrupted while krg-init takes no connection", stop);
        }
    }

    private static void await(Selector selector, long deadline, String command) throws IOException {
        if (!isReady(selector, deadline)) {
            throw new CellFailed("krg-init did not answer '" + command + "' in time");
        }
    }

    /// {@return whether the other side is ready before the deadline}
    private static boolean isReady(Selector selector, long deadline) throws IOException {
        selector.selectedKeys().clear();
        var leftMillis = (deadline - System.nanoTime()) / 1_000_000;
        return leftMillis > 0 && selector.select(leftMillis) > 0;
    }

    private static boolean endsLine(ByteBuffer answer) {
        return answer.position() > 0 && answer.get(answer.position() - 1) == '\n';
    }

    private static String meaning(String answer, String command) {
        if (answer.equals("ok\n")) {
            return "";
        }
        if (answer.startsWith("ok ") && answer.endsWith("\n")) {
            return answer.substring(3).strip();
        }
        throw new CellFailed("krg-init answers '" + command + "' with '" + answer.strip() + "'");
    }
}
