// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.krg.checkpoint.model.Failure.Code;

/// Lines as CRIU writes them, and what a user is told.
final class CriuDiagnosisTest {
    static Stream<Arguments> samples() {
        return Stream.of(
                arguments(
                        "(00.002345) Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds",
                        Code.CRIU_TOO_OLD,
                        "CRIU 4.2"),
                arguments(
                        "(00.021233) Error (criu/sockets.c:628): sockets: Can't get 1:34 opt: Operation not supported",
                        Code.CRIU_TOO_OLD,
                        "network sockets"),
                arguments(
                        "(00.031111) Error (criu/mount-v2.c:212): mnt-v2: Failed to make mount 1234 slave: Invalid argument",
                        Code.CRIU_TOO_OLD,
                        "mounts"),
                arguments(
                        "(00.001000) Error (criu/crtools.c:268): Could not initialize kernel features detection.",
                        Code.CRIU_KERNEL,
                        "check"),
                arguments(
                        "(00.045000) Error (criu/cr-restore.c:1230): Can't fork for 300: File exists",
                        Code.PID_BUSY,
                        "Pid 300"),
                arguments(
                        "(00.045000) Error (criu/cr-restore.c:1400): Pid 301 do not match expected 300",
                        Code.PID_BUSY,
                        "Pid 301"),
                arguments(
                        "(00.009000) Error (criu/pstree.c:111): The root process 300 is not a session leader. Consider using --shell-job option",
                        Code.TERMINAL,
                        "terminal"),
                arguments(
                        "(00.010000) Error (criu/pstree.c:500): A session leader of 12(12) is outside of its pid namespace",
                        Code.NAMESPACES,
                        "fault of krg"),
                arguments(
                        "(00.010000) Error (criu/sk-inet.c:188): inet: Connected TCP socket, consider using --tcp-established option.",
                        Code.TCP,
                        "close the connection"),
                arguments(
                        "(00.015277) Error (criu/sk-inet.c:504): inet: Can't dump corked dgram socket 18c635d",
                        Code.DESCRIPTOR,
                        "UDP_CORK"),
                arguments(
                        "(00.011762) Error (criu/sk-netlink.c:77): netlink: The socket has data to read",
                        Code.DESCRIPTOR,
                        "netlink"),
                arguments(
                        "(00.010000) Error (criu/sk-inet.c:185): inet: In-flight connection (l) for 17c97bb",
                        Code.TCP,
                        "try again"),
                arguments(
                        "(00.050000) Error (criu/sk-inet.c:950): inet: Can't bind inet socket (id 12): Cannot assign requested address",
                        Code.ADDRESS,
                        "another node"),
                arguments(
                        "(00.020000) Error (criu/sk-unix.c:874): unix: Can't dump half of stream unix connection.",
                        Code.UNIX_PEER,
                        "outside"),
                arguments(
                        "(00.011000) Error (criu/files-ext.c:96): Can't dump file 5 of that type [600] (anon anon_inode:[userfaultfd])",
                        Code.DESCRIPTOR,
                        "descriptor 5 (anon anon_inode:[userfaultfd])"),
                arguments(
                        "(00.011000) Error (criu/proc_parse.c:1900): Unknown shit 600 (anon_inode:[io_uring])",
                        Code.DESCRIPTOR,
                        "plain I/O"),
                arguments(
                        "(00.020000) Error (criu/files-reg.c:921): Can't dump ghost file /tmp/x of 2097152 size, increase limit",
                        Code.GHOST_LIMIT,
                        "too large"),
                arguments(
                        "(00.080000) Error (criu/files-reg.c:2231): File tmp/data has bad size 18 (expect 9)",
                        Code.FILE_MISMATCH,
                        "as it was"),
                arguments(
                        "(00.080000) Error (criu/files-reg.c:884): Couldn't unlink remap /tmp/hsperfdata_root/300.cr.1.ghost: No such file or directory",
                        Code.FILE_MISMATCH,
                        "-XX:-UsePerfData"),
                arguments(
                        "(00.080000) Error (criu/files-reg.c:2152): Can't open file home/u/lib.so on restore: No such file or directory",
                        Code.FILE_MISMATCH,
                        "another node"),
                arguments(
                        "(10.000000) Error (criu/seize.c:800): Unable to freeze cgroup /sys/fs/cgroup/x",
                        Code.FREEZE_TIMEOUT,
                        "try again"),
                arguments(
                        "(00.004000) Error (criu/cpu.c:420): cpu: CPU instruction capabilities do not match run time",
                        Code.CPU_MISMATCH,
                        "processor"),
                arguments(
                        "(00.000100) Error (criu/crtools.c:90): CRIU needs to have the CAP_SYS_ADMIN or the CAP_CHECKPOINT_RESTORE capability:",
                        Code.PRIVILEGE,
                        "capability"),
                arguments(
                        "(00.040000) Error (criu/page-xfer.c:500): Unable to write: No space left on device",
                        Code.DISK_FULL,
                        "room"));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void eachKnownErrorHasItsCodeItsCauseAndItsRemedy(String line, Code code, String remedy) {
        var found = CriuDiagnosis.of(List.of("(00.000001) Version: 4.2.1", line), "exit status 1");
        assertThat(found.code()).isEqualTo(code);
        assertThat(line).endsWith(found.cause());
        assertThat(found.remedy()).contains(remedy);
    }

    @Test
    void theFirstErrorIsTheCauseAndALaterOneMayExplainIt() {
        var log =
                List.of(
                        "(00.000011) Error (criu/util.c:1): rlimit: Can't setup RLIMIT_NOFILE for self",
                        "(00.010000) Error (criu/foo.c:12): foo: something nobody knows",
                        "(00.020000) Error (criu/sk-unix.c:874): unix: External socket is used. Consider using --ext-unix-sk option.",
                        "(00.030000) Error (criu/cr-dump.c:2098): Dumping FAILED.");
        var found = CriuDiagnosis.of(log, "exit status 1");
        assertThat(found.code()).isEqualTo(Code.UNIX_PEER);
        assertThat(found.cause())
                .isEqualTo(
                        "foo: something nobody knows; unix: External socket is used. Consider using --ext-unix-sk option.");
    }

    @Test
    void anUnknownErrorIsQuoted() {
        var found =
                CriuDiagnosis.of(
                        List.of(
                                "(00.010000) Error (criu/foo.c:12): foo: something nobody knows",
                                "(00.030000) Error (criu/cr-dump.c:2098): Dumping FAILED."),
                        "exit status 1");
        assertThat(found)
                .isEqualTo(
                        new CriuDiagnosis(
                                Code.OTHER, "foo: something nobody knows", "The log tells more"));
    }

    @Test
    void withoutAnErrorThereIsTheFallback() {
        assertThat(CriuDiagnosis.of(List.of("(00.01) Warn  (criu/x.c:1): hm"), "exit status 1"))
                .isEqualTo(new CriuDiagnosis(Code.OTHER, "exit status 1", ""));
    }
}
