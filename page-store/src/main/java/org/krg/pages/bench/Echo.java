// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// The yardstick: a short question and a page as the answer, over two blocking sockets on loopback.
final class Echo {
    private static final int QUESTION_BYTES = 64;
    private static final int ANSWER_BYTES = 4_096 + 64;

    private Echo() {}

    /// {@return how long each round took, in nanoseconds}
    static long[] measure(int rounds) throws IOException {
        var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var port = ServerSocketChannel.open().bind(local)) {
            var _ = Thread.ofPlatform().name("echo").daemon().start(() -> answer(port));
            try (var channel = SocketChannel.open(port.getLocalAddress())) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                return ask(channel, rounds);
            }
        }
    }

    private static long[] ask(SocketChannel channel, int rounds) throws IOException {
        var question = ByteBuffer.allocateDirect(QUESTION_BYTES);
        var answer = ByteBuffer.allocateDirect(ANSWER_BYTES);
        var nanos = new long[rounds];
        for (var i = 0; i < rounds; i++) {
            var start = System.nanoTime();
            write(channel, question.clear());
            if (!isRead(channel, answer.clear())) {
                throw new IOException("the echo ended early");
            }
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }

    private static void answer(ServerSocketChannel port) {
        var question = ByteBuffer.allocateDirect(QUESTION_BYTES);
        var answer = ByteBuffer.allocateDirect(ANSWER_BYTES);
        try (var channel = port.accept()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            while (isRead(channel, question.clear())) {
                write(channel, answer.clear());
            }
        } catch (IOException _) {
            // The side that measures sees it too.
        }
    }

    private static boolean isRead(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
