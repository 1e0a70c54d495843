// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A client outside of the cluster that sends numbers over one TCP connection to a server that
/// sends them back, until it is told to stop. Every number has to come back once and in order.
public final class Conversation {
    private static final int PORT = 8000;
    private static final int CONNECT_MILLIS = 20_000;

    /// Python's server: sends back what it gets. Threads, so that it answers several.
    public static final String SERVER =
            """
            import os, socket, threading
            server = socket.create_server((os.environ['KRG_ADDRESS'], %d))
            print('listens', flush=True)
            def serve(connection):
                try:
                    while block := connection.recv(65536):
                        connection.sendall(block)
                    connection.close()
                except OSError as failure:
                    print(failure.strerror, flush=True)
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],)).start()
            """
                    .formatted(PORT);

    /// Python's client of the same kind: server, and the file at whose coming it stops. Says how
    /// many numbers came back.
    public static final String CLIENT =
            """
            import os, socket, struct, sys, threading, time
            connection = socket.create_connection((sys.argv[1], %d))
            print('talks', flush=True)
            def send():
                number = 0
                while not os.path.exists(sys.argv[2]):
                    connection.sendall(struct.pack('>q', number))
                    number += 1
                    time.sleep(0.0005)
                connection.shutdown(socket.SHUT_WR)
            threading.Thread(target=send).start()
            back = 0
            with connection.makefile('rb') as stream:
                while word := stream.read(8):
                    assert struct.unpack('>q', word)[0] == back, back
                    back += 1
            print(back, 'came back', flush=True)
            """
                    .formatted(PORT);

    private final Socket socket = new Socket();
    private final CompletableFuture<Void> sending;
    private final CompletableFuture<Void> receiving;
    private volatile boolean stopped;
    private volatile long sent;
    private volatile long received;
    private volatile long longestSilenceNanos;

    private Conversation(String address) throws IOException {
        socket.connect(new InetSocketAddress(address, PORT), CONNECT_MILLIS);
        this.sending = CompletableFuture.runAsync(this::send, Thread::startVirtualThread);
        this.receiving = CompletableFuture.runAsync(this::receive, Thread::startVirtualThread);
    }

    /// Begins to talk to the server at an address.
    public static Conversation with(String address) throws IOException {
        return new Conversation(address);
    }

    /// {@return how many numbers came back so far}
    public long received() {
        return received;
    }

    /// {@return the longest time in which nothing came back}
    public Duration longestSilence() {
        return Duration.ofNanos(longestSilenceNanos);
    }

    /// Stops to send and waits for what is still to come back.
    ///
    /// @return how many numbers did not come back
    /// @throws java.util.concurrent.CompletionException if the connection broke, or if something
    ///   came back twice, not at all, or out of order
    public long end() throws IOException {
        stopped = true;
        try (socket) {
            sending.join();
            receiving.join();
        }
        return sent - received;
    }

    private void send() {
        try {
            var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
            for (var number = 0L; !stopped; number++) {
                out.writeLong(number);
                sent = number + 1;
            }
            out.flush();
            socket.shutdownOutput();
        } catch (IOException failure) {
            throw new IllegalStateException("sent " + sent + ", then: " + failure, failure);
        }
    }

    private void receive() {
        try {
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            var last = System.nanoTime();
            while (in.available() > 0 || !isOver(in)) {
                var number = in.readLong();
                if (number != received) {
                    throw new IllegalStateException(number + " came back, not " + received);
                }
                received = number + 1;
                var now = System.nanoTime();
                longestSilenceNanos = Math.max(longestSilenceNanos, now - last);
                last = now;
            }
        } catch (IOException failure) {
            throw new IllegalStateException("received " + received + ", then: " + failure, failure);
        }
    }

    private static boolean isOver(DataInputStream in) throws IOException {
        in.mark(1);
        if (in.read() < 0) {
            return true;
        }
        in.reset();
        return false;
    }
}
