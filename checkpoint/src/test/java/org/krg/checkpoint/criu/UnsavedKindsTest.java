// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.state.model.Engine;

/// Kinds of sockets, pipes and processes that CRIU saves, and those that it does not.
final class UnsavedKindsTest {
    private static final String BEGIN = "import ctypes, os, signal, socket\n";
    private static final String END = "\nprint(fd); signal.pause()";

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    static Stream<Arguments> descriptors() {
        return Stream.of(
                arguments(
                        """
                        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); fd = s.fileno()
                        """,
                        "MPTCP",
                        "multipathtcp=0"),
                arguments(
                        """
                        s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 262)
                        s.bind(('::1', 0)); s.listen(); fd = s.fileno()
                        """,
                        "MPTCP",
                        "multipathtcp=0"),
                arguments(
                        "s = socket.socket(socket.AF_VSOCK); fd = s.fileno()",
                        "vsock",
                        "--net cell"),
                arguments(
                        """
                        s = socket.socket(type=socket.SOCK_DGRAM); s.setsockopt(17, 1, 1)
                        s.sendto(b'x', ('127.0.0.1', 9)); fd = s.fileno()
                        """,
                        "UDP_CORK",
                        "send it"),
                arguments(
                        """
                        s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 0))
                        s.setsockopt(0, 35, socket.inet_aton('239.194.1.7') + bytes(8))
                        other = socket.socket(type=socket.SOCK_DGRAM); fd = s.fileno()
                        """,
                        "multicast group 239.194.1.7",
                        "leave the group"),
                arguments(
                        """
                        s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('', 0))
                        s.setsockopt(41, 20, socket.inet_pton(socket.AF_INET6, 'ff15::107') + bytes([1, 0, 0, 0]))
                        other = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); fd = s.fileno()
                        """,
                        "multicast group ff15:0:0:0:0:0:0:107",
                        "leave the group"),
                arguments(
                        """
                        libc = ctypes.CDLL(None); name = b'/krg-unsaved-%d' % os.getpid()
                        fd = libc.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, None)
                        """,
                        "POSIX message queue", "System V"),
                arguments("reads, fd = os.pipe2(os.O_DIRECT)", "O_DIRECT", "SEQPACKET"));
    }

    @ParameterizedTest
    @MethodSource("descriptors")
    void aDescriptorThatCannotBeSavedIsNamedAndNothingIsFrozen(
            String made, String what, String remedy) throws IOException {
        var cell = start(made);
        var fd = Integer.parseInt(cell.lines().getFirst());

        assertThat(preflight(cell))
                .singleElement()
                .returns(OptionalInt.of(fd), Blocker::fd)
                .satisfies(it -> assertThat(it.what()).contains(what))
                .satisfies(it -> assertThat(it.remedy()).contains(remedy));
        assertThatThrownBy(() -> pair.take(cell))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> assertThat(failed.failure().code()).isEqualTo(Code.BLOCKED));
        assertThat(cell.timesFrozen()).isZero();
    }

    @Test
    void aProcessInASandboxOfItsOwnIsNamed() throws IOException {
        var cell =
                start(
                        """
                        done, told = os.pipe()
                        fd = os.fork()
                        if fd == 0:
                            if ctypes.CDLL(None).unshare(0x10000000 | 0x20000) == 0:
                                os.write(told, b'x')
                            signal.pause()
                        os.read(done, 1)
                        """);
        var child = Integer.parseInt(cell.lines().getFirst());

        assertThat(preflight(cell))
                .singleElement()
                .returns(child, Blocker::pid)
                .satisfies(it -> assertThat(it.what()).contains("namespaces"))
                .satisfies(it -> assertThat(it.remedy()).contains("sandbox"));
    }

    @Test
    void otherKindsComeBackWithoutTheDatagramsThatWereNotRead() throws IOException {
        var spec =
                pair.spec(
                                "python3",
                                "-u",
                                "-c",
                                """
                                import os, socket, sys
                                mptcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
                                mptcp.bind(('127.0.0.1', 0)); mptcp.listen()
                                tcp = socket.create_connection(mptcp.getsockname())
                                plain, _ = mptcp.accept(); mptcp.close()
                                lite = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, 136)
                                lite.bind(('::1', 0))
                                netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
                                netlink.bind((0, 0))
                                a, b = socket.socketpair(type=socket.SOCK_SEQPACKET)
                                r, w = os.pipe(); os.write(w, b'p'); a.send(b's'); tcp.send(b't')
                                udp = socket.socket(type=socket.SOCK_DGRAM)
                                udp.bind(('127.0.0.1', 0)); udp.sendto(b'u', udp.getsockname())
                                print('ready'); sys.stdin.readline()
                                print(os.read(r, 9), b.recv(9), plain.recv(9))
                                udp.setblocking(False)
                                try: print(udp.recv(9))
                                except BlockingIOError: print('nothing')
                                """)
                        .withInput("open");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        assertThat(preflight(cell)).isEmpty();

        var restored = pair.fail(cell, spec, pair.take(cell));

        restored.feed("go on\n");
        restored.awaitLines(3);
        assertThat(restored.lines()).containsExactly("ready", "b'p' b's' b't'", "nothing");
    }

    private TestCell start(String made) {
        var cell = pair.start(pair.spec("python3", "-u", "-c", BEGIN + made + END));
        cell.awaitLines(1);
        return cell;
    }

    private List<Blocker> preflight(TestCell cell) {
        var options = new TakeOptions(1, Engine.CRIU, 1, List.of(), 1 << 20, false);
        return pair.home().checkpoints().preflight(cell, options);
    }
}
