// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestMachine;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.state.model.Generation;

/// What programs have open comes back with them.
final class FilesOfProgramsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void anArchiveThatIsBeingWrittenIsPutBackAndFinished() throws IOException {
        var input = pair.work().resolve("input");
        var archive = pair.work().resolve("archive.xz");
        Files.write(input, bytes(12 << 20));
        // Small blocks, so that something is written early, and half of the input is held back, so
        // that it is still at work when it is saved.
        var spec =
                pair.spec(
                        "sh",
                        "-c",
                        "(head -c 6M input; until [ -e go ]; do sleep 0.01; done; tail -c +6291457 input)"
                                + " | xz -T2 -6 --block-size=1MiB -c >archive.xz");
        var cell = pair.start(spec);
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> Files.exists(archive) && Files.size(archive) > 0);
        var taken = pair.take(cell);
        var then = entry(taken.generation(), archive.toString());
        assertThat(then.kind()).isEqualTo(Kind.FILE);
        Files.createFile(pair.work().resolve("go"));
        assertThat(cell.awaitExit()).isEqualTo("exited 0");
        assertThat(Files.size(archive)).isGreaterThan(then.content().sizeBytes());
        Files.writeString(archive, "something else");

        var restored = pair.fail(cell, spec, taken);
        assertThat(restored.awaitExit()).isEqualTo("exited 0");
        var output = pair.work().resolve("output");
        TestMachine.run("sh", "-c", "xz -dc '" + archive + "' >'" + output + "'");
        assertThat(Files.mismatch(input, output)).isEqualTo(-1);
    }

    @Test
    void aLogThatOnlyGrewIsCutBack() throws IOException {
        var log = pair.work().resolve("log");
        var spec =
                pair.spec(
                        "sh",
                        "-c",
                        "exec >>log; i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done");
        var cell = pair.start(spec);
        awaitLines(log, 20);
        var taken = pair.take(cell);
        assertThat(entry(taken.generation(), log.toString()).kind()).isEqualTo(Kind.APPENDED);
        var inode = Files.getAttribute(log, "unix:ino");
        awaitLines(log, Files.readAllLines(log).size() + 20);

        pair.fail(cell, spec, taken);
        awaitLines(log, 60);
        Pair.assertCounts(Files.readAllLines(log));
        assertThat(Files.getAttribute(log, "unix:ino")).isEqualTo(inode);
    }

    /// Writes a file anew, or more of it, once it is told to: a program that saves itself through
    /// what it appends to, and a log.
    private static final String APPENDS =
            """
            import os, sys, time
            f = open('state', 'a+b', buffering=0)
            f.write(b'old' * int(sys.argv[2])); print('ready', flush=True)
            while not os.path.exists('go'): time.sleep(0.01)
            if sys.argv[1] == 'anew': f.truncate(0)
            f.write(b'new' * 2 * int(sys.argv[2])); print('written', flush=True)
            time.sleep(1000)
            """;

    private static final int SMALL = 1000;
    private static final int LARGE = 6 << 20;

    @Test
    void aFileThatIsAppendedToAndWrittenAnewComesBackAsItWas() throws IOException {
        var spec = appends("anew", SMALL);
        var cell = pair.start(spec);
        cell.awaitLines(1);
        cell.afterThaw(() -> letGoOn(cell));
        var taken = pair.take(cell);
        Files.delete(pair.work().resolve("go"));

        pair.fail(cell, spec, taken);
        assertThat(pair.work().resolve("state")).hasContent("old".repeat(SMALL));
    }

    @Test
    void aLargeFileThatIsWrittenAnewWhileItIsStoredIsNotTakenForWhatItWas() {
        var cell = pair.start(appends("anew", LARGE));
        cell.awaitLines(1);
        cell.afterThaw(() -> letGoOn(cell));

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining("state was written anew while it was stored")
                .hasMessageContaining("Take the checkpoint again");
        assertThat(cell.isFrozen()).isFalse();
    }

    @Test
    void aLargeFileThatGrowsWhileItIsStoredIsWhatItWas() {
        var cell = pair.start(appends("more", LARGE));
        cell.awaitLines(1);
        cell.afterThaw(() -> letGoOn(cell));

        var state = entry(pair.take(cell).generation(), pair.work().resolve("state").toString());
        assertThat(state.kind()).isEqualTo(Kind.APPENDED);
        assertThat(state.content().sizeBytes()).isEqualTo(3L * LARGE);
    }

    private TestCell.Spec appends(String how, int words) {
        return pair.spec("python3", "-c", APPENDS, how, "" + words);
    }

    private void letGoOn(TestCell cell) {
        try {
            Files.createFile(pair.work().resolve("go"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        cell.awaitOutput("written");
    }

    @Test
    void aFileThatIsGoneComesBackWithItsDirectoryModeAndOwner() throws IOException {
        var file = pair.work().resolve("deep/er/data");
        var spec =
                pair.spec(
                                "sh",
                                "-c",
                                "umask 0; mkdir -p deep/er; exec 5<>deep/er/data; chmod 640 deep/er/data;"
                                        + " echo content >&5; echo ready; read x; echo more >&5; echo done")
                        .withInput("open");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);
        TestMachine.run("rm", "-r", pair.work().resolve("deep").toString());

        var restored = pair.fail(cell, spec, taken);
        assertThat(Files.readString(file)).isEqualTo("content\n");
        assertThat(mode(file)).isEqualTo("rw-r-----");
        assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(TestCell.NOBODY.uid());
        restored.feed("\n");
        restored.awaitOutput("done");
        assertThat(Files.readString(file)).isEqualTo("content\nmore\n");
    }

    @Test
    void aFileThatIsAsItWasIsNotTouched() throws IOException {
        var file = pair.work().resolve("data");
        var spec = pair.spec("sh", "-c", "exec 5<>data; echo content >&5; echo ready; sleep 1000");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);
        var before = Files.getAttribute(file, "unix:ctime");
        pair.fail(cell, spec, taken);
        assertThat(Files.getAttribute(file, "unix:ctime")).isEqualTo(before);
    }

    @Test
    void aFileOfAnotherUserIsNotOverwrittenInTheNameOfTheProgram() throws IOException {
        var secret = pair.machine().directory().resolve("secret");
        Files.writeString(secret, "of root");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        var spec = pair.spec("sh", "-c", "exec 5<>data; echo evil >&5; echo ready; sleep 1000");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);
        Files.delete(pair.work().resolve("data"));
        Files.createSymbolicLink(pair.work().resolve("data"), secret);

        assertThatThrownBy(() -> pair.fail(cell, spec, taken))
                .hasMessageContaining("Permission denied");
        assertThat(Files.readString(secret)).isEqualTo("of root");
    }

    @Test
    void aFileOfAnotherUserIsNotComparedWithWhatWasSaved() throws IOException {
        var spec =
                pair.spec(
                        "sh",
                        "-c",
                        "mkdir d; exec 5<>d/data; echo guess >&5; echo ready; sleep 1000");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);
        var others = Files.createDirectory(pair.machine().directory().resolve("others"));
        Files.writeString(others.resolve("data"), "guess\n");
        Files.setPosixFilePermissions(others, PosixFilePermissions.fromString("rwx------"));
        TestMachine.run("rm", "-r", pair.work().resolve("d").toString());
        Files.createSymbolicLink(pair.work().resolve("d"), others);

        assertThatThrownBy(() -> pair.fail(cell, spec, taken))
                .hasMessageContaining("Permission denied");
    }

    @Test
    void aProgramDoesNotComeBackWithAFileThatItsUserMayNotOpen() throws IOException {
        assertComesNotBack("exec 5<d/in/data", "fd 5 of pid 300");
    }

    @Test
    void aProgramDoesNotComeBackInADirectoryThatItsUserMayNotEnter() throws IOException {
        assertComesNotBack("cd d/in", "the working directory of pid 300");
    }

    /// CRIU opens what has the path now, as root.
    private void assertComesNotBack(String opens, String where) throws IOException {
        var spec =
                pair.spec(
                        "sh",
                        "-c",
                        "mkdir -p d/in; echo mine >d/in/data; "
                                + opens
                                + "; echo ready; sleep 1000");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);
        var others = Files.createDirectory(pair.machine().directory().resolve("others"));
        Files.writeString(Files.createDirectory(others.resolve("in")).resolve("data"), "root\n");
        Files.setPosixFilePermissions(others, PosixFilePermissions.fromString("rwx------"));
        TestMachine.run("rm", "-r", pair.work().resolve("d").toString());
        Files.createSymbolicLink(pair.work().resolve("d"), others);

        assertThatThrownBy(() -> pair.fail(cell, spec, taken))
                .hasMessageContaining(where)
                .hasMessageContaining("which its user may not open");
    }

    /// Has or had something with the name `d/thing`, which CRIU makes again.
    private static final String MAKES =
            """
            import ctypes, os, socket, sys, time
            os.mkdir('d'); thing = os.path.abspath('d/thing'); kind = sys.argv[1]
            kept = []
            if kind in ('directory', 'cwd'):
                os.mkdir(thing)
                if kind == 'cwd': os.chdir(thing)
                else: kept.append(os.open(thing, os.O_RDONLY))
                os.rmdir(thing)
            elif kind == 'file':
                kept.append(open(thing, 'w+b')); os.unlink(thing)
            elif kind == 'listening':
                s = socket.socket(socket.AF_UNIX); s.bind(thing); s.listen(); kept.append(s)
            elif kind == 'datagrams':
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(thing)
                c = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); c.connect(thing)
                os.unlink(thing); kept += [s, c]
            elif kind == 'fifo':
                os.mkfifo(thing); f = os.open(thing, os.O_RDWR); os.write(f, b'saved'); kept.append(f)
            elif kind == 'watch':
                libc = ctypes.CDLL(None); f = libc.inotify_init(); os.mkdir(thing)
                assert libc.inotify_add_watch(f, thing.encode(), 0x100) >= 0; kept.append(f)
            print('ready', flush=True)
            n = 0
            while True:
                n += 1; print(n, flush=True); time.sleep(0.05)
            """;

    @ParameterizedTest
    @ValueSource(strings = {"directory", "cwd", "file", "listening", "datagrams", "fifo", "watch"})
    void whatHadANameComesBackInTheDirectoryOfItsUser(String kind) throws IOException {
        var spec = pair.spec("python3", "-u", "-c", MAKES, kind);
        var cell = pair.start(spec);
        cell.awaitLines(3);
        var taken = pair.take(cell);

        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 3);
    }

    /// Who owns the directory puts a link in its place, to one of root's that has the same name.
    @ParameterizedTest
    @ValueSource(strings = {"directory", "cwd", "file", "listening", "datagrams", "fifo", "watch"})
    void nothingThatHadANameIsMadeInADirectoryOfRoot(String kind) throws IOException {
        var spec = pair.spec("python3", "-u", "-c", MAKES, kind);
        var cell = pair.start(spec);
        cell.awaitLines(3);
        var taken = pair.take(cell);
        var roots = Files.createDirectory(pair.machine().directory().resolve("roots"));
        var thing = roots.resolve("thing");
        TestMachine.run("sh", "-c", likeIt(kind).formatted(thing));
        Files.setPosixFilePermissions(roots, PosixFilePermissions.fromString("rwx------"));
        TestMachine.run("mv", pair.work() + "/d", pair.work() + "/old");
        Files.createSymbolicLink(pair.work().resolve("d"), roots);
        var attributes = "unix:ino,uid,gid,mode,nlink,ctime";
        var before = Files.readAttributes(thing, attributes);
        var of = Files.readAttributes(roots, attributes);

        assertThatThrownBy(() -> pair.fail(cell, spec, taken)).isInstanceOf(CheckpointFailed.class);
        assertThat(Files.readAttributes(thing, attributes)).isEqualTo(before);
        assertThat(Files.readAttributes(roots, attributes)).isEqualTo(of);
    }

    /// {@return a command that makes what CRIU would take for what it saved}
    private static String likeIt(String kind) {
        return switch (kind) {
            case "listening" ->
                    "python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('%s')\"";
            case "fifo" -> "mkfifo -m 600 '%s'";
            case "watch" -> "mkdir -m 700 '%s'";
            default -> "echo root >'%s'";
        };
    }

    @Test
    void aFileThatWasRemovedFromADirectoryOfRootIsInTheWay() throws IOException {
        var spec = pair.spec("python3", "-u", "-c", MAKES, "file");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        TestMachine.run("chown", "0:0", pair.work() + "/d");

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining("d/thing was removed from a directory")
                .hasMessageContaining("Start the program anew");
        assertThat(cell.isFrozen()).isFalse();
    }

    /// A restore could not map it: CRIU would remove the name by which it is found.
    @Test
    void aMappedFileThatLivesOnUnderAnotherNameIsInTheWay() {
        var spec =
                pair.spec(
                        "python3",
                        "-c",
                        """
                        import mmap, os, time
                        with open('a', 'w+b') as f:
                            f.write(b'x' * 4096); f.flush(); kept = mmap.mmap(f.fileno(), 4096)
                        os.link('a', 'b'); os.unlink('a'); print('ready', flush=True)
                        time.sleep(1000)
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(1);

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining("a was removed under this name and exists under another");
        assertThat(cell.isFrozen()).isFalse();
    }

    @Test
    void aFileThatAProgramMayOnlyWriteDoesNotGoAlong() throws IOException {
        var drop = writeOnly("drop");
        var cell = pair.start(pair.spec("sh", "-c", "exec 5>>drop; echo ready; sleep 1000"));
        cell.awaitLines(1);

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining(drop + " cannot go along: the program's user may not read")
                .hasMessageContaining("chmod");
        assertThat(cell.isFrozen()).isFalse();
    }

    @Test
    void nothingOfADeletedFileOfSomebodyElseIsKept() throws IOException {
        var drop = writeOnly("drop");
        var cell = pair.start(pair.spec("sh", "-c", "exec 5>>drop; echo ready; sleep 1000"));
        cell.awaitLines(1);
        Files.delete(drop);

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining("drop was removed and belongs to uid 0");
    }

    /// {@return a file that everybody may write to and only root may read}
    private Path writeOnly(String name) throws IOException {
        var file = Files.writeString(pair.work().resolve(name), "of root");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw--w--w-"));
    }

    @Test
    void aDeletedFileComesBack() throws IOException {
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import os, time, hashlib
                        f = open('gone', 'w+b'); os.unlink('gone')
                        f.write(b'x' * (2 << 20)); f.flush()
                        n = 0
                        while True:
                            f.seek(0)
                            assert len(f.read()) == (2 << 20) + n
                            f.write(b'y'); f.flush(); n += 1
                            print(n); time.sleep(0.02)
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(5);
        var taken = pair.take(cell);
        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
    }

    @Test
    void sharedMemoryByNameComesBack() throws IOException {
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import mmap, os, time
                        f = os.open('/dev/shm/shared', os.O_RDWR | os.O_CREAT, 0o600)
                        os.ftruncate(f, 1 << 20)
                        m = mmap.mmap(f, 1 << 20); os.close(f)
                        if os.fork() == 0:
                            while True:
                                m[0:8] = (int.from_bytes(m[0:8], 'big') + 1).to_bytes(8, 'big')
                                time.sleep(0.01)
                        n = last = 0
                        while True:
                            now = int.from_bytes(m[0:8], 'big')
                            assert now >= last
                            if now > last:
                                n += 1; print(n)
                            last = now; time.sleep(0.01)
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(5);
        var taken = pair.take(cell);
        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
    }

    @Test
    void aFileOnlyReadThatChangedIsNamed() throws IOException {
        var data = pair.work().resolve("data");
        Files.writeString(data, "as it was");
        var spec = pair.spec("sh", "-c", "exec 5<data; echo ready; sleep 1000");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);
        Files.writeString(data, "longer than it was");
        assertThatThrownBy(() -> pair.fail(cell, spec, taken))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            var failure = failed.failure();
                            assertThat(failure.code()).isEqualTo(Failure.Code.FILE_MISMATCH);
                            assertThat(failure.cause()).contains("data").contains("bad size");
                            assertThat(failure.remedy()).isNotEmpty();
                            assertThat(Path.of(failure.log())).exists();
                        });
    }

    private Entry entry(Generation generation, String name) {
        return pair.home().checkpoints().inspect(generation).entries().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitLines(Path file, int count) {
        Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> Files.exists(file) && Files.readAllLines(file).size() >= count);
    }

    private static String mode(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        return PosixFilePermissions.toString(permissions);
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
