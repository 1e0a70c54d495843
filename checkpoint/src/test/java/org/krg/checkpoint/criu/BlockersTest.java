// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestMachine;
import org.krg.checkpoint.linux.ProcCellFiles;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.state.model.Engine;

/// What cannot be saved is named before anything is frozen.
final class BlockersTest {
    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aProcessWhoseMainThreadHasEndedIsNamed() throws IOException {
        var cell =
                pair.start(
                        pair.spec(
                                "python3",
                                "-u",
                                "-c",
                                """
                                import ctypes, threading, time
                                main = threading.main_thread().native_id
                                def rest():
                                    stat = f"/proc/self/task/{main}/stat"
                                    while open(stat).read().split()[2] != "Z": time.sleep(0.001)
                                    print("headless")
                                    time.sleep(1000)
                                threading.Thread(target=rest).start()
                                ctypes.CDLL(None).pthread_exit(0)
                                """));
        cell.awaitOutput("headless");

        assertThat(preflight(cell, 1 << 20))
                .singleElement()
                .extracting(Blocker::what)
                .asString()
                .startsWith("the main thread of python3 has ended");
    }

    @Test
    void ioUringAndADeviceAreNamedTogetherByTheirDescriptors() throws IOException {
        var device = pair.work().resolve("device");
        TestMachine.run("mknod", "-m", "666", device.toString(), "c", "1", "7");
        var program = TestMachine.program("holds-unsaveable").toString();
        var cell = pair.start(pair.spec(program, device.toString()));
        cell.awaitLines(1);
        assertThat(cell.output()).isEqualTo("ring=3 device=4\n");

        assertThatThrownBy(() -> pair.take(cell))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.BLOCKED);
                            assertThat(failed.failure().phase()).isEqualTo(Phase.PREFLIGHT);
                            assertThat(failed.failure().next()).contains("goes on");
                            assertThat(failed.blockers())
                                    .extracting(Blocker::fd)
                                    .containsExactly(OptionalInt.of(3), OptionalInt.of(4));
                            assertThat(failed).hasMessageContaining("fd 3 of pid 300: io_uring");
                            assertThat(failed).hasMessageContaining(device.toString());
                        });
        assertThat(cell.timesFrozen()).isZero();
        assertThat(pair.home().checkpoints().stored()).isEmpty();
    }

    @Test
    void aConnectionToAProcessOutsideIsNamedAndOneWithinIsNot() throws IOException {
        var path = pair.work().resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            var cell =
                    pair.start(
                            pair.spec(
                                    "python3",
                                    "-u",
                                    "-c",
                                    """
                                    import socket, signal
                                    a, b = socket.socketpair()
                                    c = socket.socket(socket.AF_UNIX); c.connect('socket')
                                    print(c.fileno()); signal.pause()
                                    """));
            cell.awaitLines(1);
            try (var accepted = server.accept()) {
                assertThat(accepted.isConnected()).isTrue();
                var fd = Integer.parseInt(cell.lines().getFirst());
                assertThat(preflight(cell, 1 << 20))
                        .singleElement()
                        .returns(OptionalInt.of(fd), Blocker::fd)
                        .returns(300, Blocker::pid)
                        .satisfies(it -> assertThat(it.what()).contains("process outside"));
            }
        }
    }

    @Test
    void aTcpConnectionOnTheNodesNetworkIsNamedWhereverItsOtherEndIsNotInTheJob()
            throws IOException {
        try (var server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
            var port = server.getLocalPort();
            var cell =
                    pair.start(
                            pair.spec(
                                            "python3",
                                            "-u",
                                            "-c",
                                            """
                                            import socket, sys
                                            within = socket.socket(); within.bind(('127.0.0.1', 0))
                                            within.listen()
                                            a = socket.create_connection(within.getsockname())
                                            b, _ = within.accept()
                                            waits = socket.create_connection(within.getsockname())
                                            six = socket.socket(socket.AF_INET6)
                                            six.connect(('::ffff:127.0.0.1', int(sys.argv[1])))
                                            print(six.fileno())
                                            six.recv(1); six.close(); print('closed')
                                            six = socket.create_connection(within.getsockname())
                                            six.close(); within.accept(); within.accept()
                                            print('over'); sys.stdin.read()
                                            """,
                                            "" + port)
                                    .withInput("open"));
            cell.awaitLines(1);
            var fd = Integer.parseInt(cell.lines().getFirst());
            try (var accepted = server.accept()) {
                assertThat(preflight(cell, 1 << 20))
                        .singleElement()
                        .returns(OptionalInt.of(fd), Blocker::fd)
                        .returns(300, Blocker::pid)
                        .satisfies(it -> assertThat(it.what()).contains("127.0.0.1:" + port))
                        .satisfies(it -> assertThat(it.remedy()).contains("--net cell"));
                assertThatThrownBy(() -> pair.take(cell))
                        .isInstanceOfSatisfying(
                                CheckpointFailed.class,
                                failed ->
                                        assertThat(failed.failure().code())
                                                .isEqualTo(Code.BLOCKED));
                assertThat(cell.timesFrozen()).isZero();
                accepted.getOutputStream().write('x');
                cell.awaitOutput("over");
            }
            assertThat(preflight(cell, 1 << 20)).isEmpty();
            pair.take(cell);
        }
    }

    @Test
    void aProgramThatConnectsToItselfAllTheTimeIsNotRefused() throws IOException {
        var cell =
                pair.start(
                        pair.spec(
                                "python3",
                                "-u",
                                "-c",
                                """
                                import os, socket, threading, time
                                server = socket.socket(); server.bind(('127.0.0.1', 0))
                                server.listen(64)
                                def serve():
                                    while True:
                                        connection, _ = server.accept()
                                        threading.Thread(target=lambda it: (it.recv(1), it.close()),
                                                         args=(connection,)).start()
                                if os.fork() == 0:
                                    many = [os.open('/etc/passwd', os.O_RDONLY)
                                            for _ in range(900)]
                                    if os.fork() == 0:
                                        for it in many: os.close(it)
                                        print('begins')
                                        while True:
                                            some = [socket.create_connection(server.getsockname())
                                                    for _ in range(8)]
                                            time.sleep(0.02)
                                            for it in some: it.send(b'x'); it.close()
                                    time.sleep(3600)
                                serve()
                                """));
        cell.awaitOutput("begins");
        for (var look = 0; look < 10; look++) {
            assertThat(preflight(cell, 1 << 20)).isEmpty();
        }
    }

    @Test
    void aProcessLeftBehindByItsParentIsNamed() throws IOException {
        var cell =
                pair.start(pair.spec("sh", "-c", "(sleep 1000 & echo $!); echo ready; sleep 2000"));
        cell.awaitLines(2);
        var left = Integer.parseInt(cell.lines().getFirst());
        assertThat(preflight(cell, 1 << 20))
                .singleElement()
                .returns(left, Blocker::pid)
                .satisfies(it -> assertThat(it.what()).contains("outlived"));
    }

    @Test
    void filesAboveTheLimitAreNamed() throws IOException {
        var cell =
                pair.start(
                        pair.spec(
                                "sh",
                                "-c",
                                "exec 7>big 8>small; head -c 300000 /dev/zero >&7; echo x >&8;"
                                        + " echo ready; sleep 1000"));
        cell.awaitLines(1);
        assertThat(preflight(cell, 300_002)).isEmpty();
        assertThat(preflight(cell, 300_001))
                .first()
                .returns(OptionalInt.of(7), Blocker::fd)
                .satisfies(it -> assertThat(it.what()).contains("300002").contains("big"))
                .satisfies(it -> assertThat(it.remedy()).contains("--file-limit"));
    }

    @Test
    void anEngineThatSavesNothingSaysSo() throws IOException {
        var cell = pair.start(pair.spec("sleep", "1000"));
        var options = new TakeOptions(1, Engine.RESTART, 1, List.of(), 0, false);
        assertThatThrownBy(() -> pair.home().checkpoints().take(cell, options))
                .hasMessageContaining("saves nothing")
                .hasMessageContaining("--engine criu");
    }

    @Test
    void tooFewCopiesLeaveNothing() throws IOException {
        var cell = pair.start(pair.spec("sh", "-c", Pair.COUNT));
        cell.awaitLines(1);
        pair.cluster().lose(pair.away());
        assertThatThrownBy(() -> pair.take(cell))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.TOO_FEW_COPIES);
                            assertThat(failed.failure().cause())
                                    .contains("1 of 2")
                                    .contains("away is out of reach");
                        });
        assertThat(cell.isFrozen()).isFalse();
        assertThat(pair.home().checkpoints().stored()).isEmpty();
        assertThat(pair.home().checkpoints().sweep()).isPositive();
        assertThat(pair.home().packBytes()).isZero();
    }

    @Test
    void aNodeThatCannotKeepACopyIsPassedOver() throws IOException {
        var full = pair.cluster().node("full", pair.machine().smallDisk(64 << 10));
        var cell = pair.start(pair.spec("python3", "-c", "import signal; signal.pause()"));
        await().until(() -> resident(cell) > 5 << 20);
        var candidates = List.of(full.name(), pair.away().name());
        var options = new TakeOptions(1, Engine.CRIU, 2, candidates, 1 << 20, false);
        var taken = pair.home().checkpoints().take(cell, options);
        assertThat(taken.generation().copies())
                .containsExactly(pair.home().name(), pair.away().name());
        assertThat(taken.refusals()).singleElement().asString().contains("No space left");
        assertThat(full.checkpoints().stored()).isEmpty();
    }

    private static long resident(TestCell cell) throws IOException {
        var scanned = new ProcCellFiles().scan(cell);
        return scanned.processes().stream().mapToLong(TreeProcess::residentBytes).sum();
    }

    private List<Blocker> preflight(CellView cell, long fileLimitBytes) {
        var options = new TakeOptions(1, Engine.CRIU, 1, List.of(), fileLimitBytes, false);
        return pair.home().checkpoints().preflight(cell, options);
    }
}
