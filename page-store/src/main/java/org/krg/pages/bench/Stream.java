// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// The yardstick for reading page after page: a stream over two blocking sockets on loopback.
final class Stream {
    private static final int BUFFER_BYTES = 64 * 1_024;

    private Stream() {}

    /// {@return bytes a second, after a part of them has warmed it up}
    static double measure(long bytes) throws IOException {
        transfer(bytes / 4);
        return bytes / (transfer(bytes) / 1e9);
    }

    /// {@return how long it took, in nanoseconds}
    private static long transfer(long bytes) throws IOException {
        var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var port = ServerSocketChannel.open().bind(local)) {
            var _ = Thread.ofPlatform().name("stream").daemon().start(() -> send(port, bytes));
            try (var channel = SocketChannel.open(port.getLocalAddress())) {
                var buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
                var start = System.nanoTime();
                for (var left = bytes; left > 0; left -= buffer.position()) {
                    if (channel.read(buffer.clear()) < 0) {
                        throw new IOException("the stream ended early");
                    }
                }
                return System.nanoTime() - start;
            }
        }
    }

    private static void send(ServerSocketChannel port, long bytes) {
        var buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try (var channel = port.accept()) {
            for (var left = bytes; left > 0; left -= BUFFER_BYTES) {
                buffer.clear();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        } catch (IOException _) {
            // The side that measures sees it too.
        }
    }
}
