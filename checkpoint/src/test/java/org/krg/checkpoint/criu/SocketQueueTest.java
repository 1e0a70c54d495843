// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.linux.ProcCellFiles;
import org.krg.checkpoint.model.BoundSocket;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.SocketQueue;
import org.krg.checkpoint.model.SocketQueue.Of;

/// Servers with connections that they have not accepted when they are to be saved, and connections
/// that take no more.
final class SocketQueueTest {
    private static final String LISTEN =
            """
            import socket, time
            server = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(('::1' if family == 6 else '127.0.0.1', 0)); server.listen()
            print(server.getsockname()[1])
            """;

    /// Takes its time for each, and counts them.
    private static final String SLOW =
            LISTEN
                    + """
                    count = 0
                    while True:
                        client, _ = server.accept()
                        client.close()
                        count += 1; print(count); time.sleep(0.2)
                    """;

    private static final String NEVER =
            LISTEN
                    + """
                    count = 0
                    while True:
                        time.sleep(0.02); count += 1; print(count)
                    """;

    /// Descriptor 4 is one end of a connection, 5 the other.
    private static final String FULL =
            """
            import socket, sys
            server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
            one = socket.create_connection(server.getsockname()); other, _ = server.accept()
            server.close(); one.setblocking(False); sent = 0
            try:
                while True: sent += one.send(bytes(1 << 16))
            except BlockingIOError: print('full')
            sys.stdin.readline()
            while sent > 0: sent -= len(other.recv(1 << 16))
            print('read'); sys.stdin.readline()
            one.send(b'more'); print(other.recv(9))
            """;

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aServerThatAcceptsSlowlyIsSavedWhenItHas() throws IOException {
        var spec = pair.spec("python3", "-u", "-c", "family = 4\n" + SLOW);
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var port = port(cell);
        for (var i = 0; i < 5; i++) {
            knock("127.0.0.1", port);
        }

        var taken = pair.take(cell);

        assertThat(cell.timesFrozen()).isGreaterThan(1);
        assertThat(taken.generation().frozen()).isLessThan(Duration.ofSeconds(20));
        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(6);
        knock("127.0.0.1", port);
        restored.awaitLines(7);
        assertThat(restored.lines()).containsExactly("" + port, "1", "2", "3", "4", "5", "6");
    }

    @Test
    void aServerThatNeverAcceptsIsRefusedByNameAndGoesOn() throws IOException {
        var cell = pair.start(pair.spec("python3", "-u", "-c", "family = 6\n" + NEVER));
        cell.awaitLines(2);
        var port = port(cell);
        knock("::1", port);
        knock("::1", port);
        var address = "tcp6 [0:0:0:0:0:0:0:1]:" + port;
        assertThat(new ProcCellFiles().awaitQueues(cell, Duration.ZERO))
                .contains(
                        new SocketQueue(
                                new BoundSocket(cell.rootPid(), 3, address), Of.CONNECTIONS, 2));

        assertThatThrownBy(() -> pair.take(cell))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().phase()).isEqualTo(Phase.FREEZE);
                            assertThat(failed.failure().code()).isEqualTo(Code.TCP);
                            assertThat(failed.failure().cause())
                                    .isEqualTo(
                                            "fd 3 of pid 300 listens on "
                                                    + address
                                                    + " and has a backlog of 2 connections after 5 s");
                            assertThat(failed.failure().next()).contains("goes on");
                        });
        assertThat(cell.isFrozen()).isFalse();
        assertThat(pair.home().checkpoints().stored()).isEmpty();
        cell.awaitLines(cell.lines().size() + 3);
    }

    @Test
    void bytesWithinTheProgramThatAreNotSentAreRefusedUntilTheyAreRead() throws IOException {
        var spec = pair.spec("python3", "-u", "-c", FULL).withInput("open");
        var cell = pair.start(spec);
        cell.awaitLines(1);

        assertThatThrownBy(() -> pair.take(cell))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.TCP);
                            assertThat(failed.failure().cause())
                                    .matches(
                                            "fd 4 of pid 300 is tcp 127.0.0.1:\\d+ and has \\d+ bytes"
                                                    + " to send that the other end has not read"
                                                    + " after 5 s");
                            assertThat(failed.failure().remedy()).contains("--net cell");
                        });
        assertThat(cell.isFrozen()).isFalse();

        cell.feed("read\n");
        cell.awaitLines(2);
        var restored = pair.fail(cell, spec, pair.take(cell));
        restored.feed("on\n");
        restored.awaitLines(3);
        assertThat(restored.lines()).containsExactly("full", "read", "b'more'");
    }

    private static int port(TestCell cell) {
        return Integer.parseInt(cell.lines().getFirst());
    }

    /// Connects, and goes away without a word.
    private static void knock(String host, int port) throws IOException {
        new Socket(InetAddress.ofLiteral(host), port).close();
    }
}
