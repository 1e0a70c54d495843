// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestMachine;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.Generation;
import org.krg.state.model.Substitute;
import org.krg.state.model.Substitute.Descriptor;
import org.krg.state.model.Substitute.OpenFile;

/// Programs come back with other files than those they had open.
final class SubstituteTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /// Reads a line of `input` for each line it is told, and appends it to `log`; its child has
    /// both, too. Has a file open by two descriptors with positions of their own, a file that is
    /// mapped, a directory and a file without a name.
    private static final String PROGRAM =
            """
            import mmap, os, sys
            source = open('input', 'rb', buffering=0)
            log = os.open('log', os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            twice = open('input', 'rb', buffering=0)
            mapped = open('mapped', 'r+b'); memory = mmap.mmap(mapped.fileno(), 0)
            directory = os.open('.', os.O_RDONLY)
            gone = open('gone', 'w'); os.unlink('gone')
            go, done = os.pipe()
            if os.fork() == 0:
                while os.read(go, 1):
                    os.write(log, b'child ' + os.pread(source.fileno(), 3, 0) + b'\\n')
            print(source.fileno(), log, twice.fileno(), flush=True)
            for _ in sys.stdin:
                line = source.read(4)
                os.write(log, line)
                os.write(done, b'x')
                print(line.decode().strip(), twice.read(4).decode().strip(), flush=True)
            """;

    private final Pair pair = new Pair();
    private final Path input = pair.work().resolve("input");
    private final Path log = pair.work().resolve("log");
    private final TestCell.Spec spec = pair.spec("python3", "-u", "-c", PROGRAM).withInput("open");

    private long epoch = 1;

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void whoeverHasAFileOpenGoesOnInTheOtherWhereItWas() throws IOException {
        var taken = taken();
        Files.delete(input);
        var other = write("other", "AAA\nBBB\nCCC\n");

        var restored = restore(taken.generation(), by(input, other));
        restored.feed("go\n");

        restored.awaitOutput("BBB BBB\n");
        awaitLog(log, "aaa\nchild aaa\nBBB\nchild AAA\n");
        assertThat(other).hasContent("AAA\nBBB\nCCC\n");
        assertThat(restored.lines()).contains("BBB BBB");
    }

    @Test
    void aDescriptorIsOneOpenFileAndTheNextCheckpointHasIt() throws IOException {
        var taken = taken();
        var other = write("other", "AAA\nBBB\nCCC\n");
        var restored = restore(taken.generation(), by(3, other));
        restored.feed("go\n");
        restored.awaitOutput("BBB bbb\n");

        var next = pair.away().take(restored, 2);
        restored.kill();
        var again = pair.away().restore(pair.machine(), next.generation(), ++epoch, spec);
        again.feed("go\n");

        again.awaitOutput("CCC ccc\n");
    }

    @Test
    void aLogGoesElsewhereAndWhatIsInEitherStays() throws IOException {
        var taken = taken();
        Files.writeString(log, "it went on\n");
        var other = write("other", "before\n");

        var restored = restore(taken.generation(), by(log, other));
        restored.feed("go\n");

        awaitLog(other, "before\nbbb\nchild aaa\n");
        assertThat(log).hasContent("it went on\n");
    }

    @Test
    void whatHasNoOtherFileIsPutBack() throws IOException {
        var taken = taken();
        Files.writeString(log, "it went on\n");
        var other = write("other", "AAA\nBBB\n");

        restore(taken.generation(), by(input, other));

        assertThat(log).hasContent("aaa\nchild aaa\n");
    }

    @Test
    void whatTheProgramDoesNotHaveOpenIsNamedBeforeAnythingIsDone() throws IOException {
        var generation = taken().generation();
        var other = write("other", "AAA\nBBB\n");

        var missing = ask(generation, by(pair.work().resolve("none"), other));
        assertThat(missing.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(missing.cause()).contains(pair.work().resolve("none").toString());
        assertThat(missing.remedy()).contains(input + " (fd 3)").contains(log + " (fd 4)");
        // A pipe.
        assertThat(ask(generation, by(1, other)).code()).isEqualTo(Code.NOT_FOUND);
        assertThat(ask(generation, by(pair.work().resolve("mapped"), other)).cause())
                .contains("also mapped");
        assertThat(ask(generation, by(pair.work(), other)).code()).isEqualTo(Code.SUBSTITUTE);
        var gone = ask(generation, by(pair.work().resolve("gone"), other));
        assertThat(gone.cause()).contains("deleted");
    }

    @Test
    void whatTheProgramCouldNotOpenIsRefusedBeforeItIsBroughtBack() throws IOException {
        var generation = taken().generation();
        var secret = pair.machine().directory().resolve("secret");
        Files.writeString(secret, "AAA\nBBB\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        var readable = pair.machine().directory().resolve("readable");
        Files.writeString(readable, "AAA\nBBB\n");

        assertThat(refused(generation, by(input, pair.work().resolve("none"))))
                .contains("none is not there");
        assertThat(refused(generation, by(input, pair.work()))).contains("no regular file");
        assertThat(refused(generation, by(input, secret))).contains("Permission denied");
        assertThat(refused(generation, by(log, readable))).contains("Permission denied");
        assertThat(refused(generation, by(input, write("short", "AA\n"))))
                .contains("has 3 bytes, and the program is at byte 4");
        assertThat(readable).hasContent("AAA\nBBB\n");
    }

    @Test
    void aFileThatIsChangedForOneOfRootInBetweenIsNotHandedOut() throws IOException {
        var generation = taken().generation();
        var secret = pair.machine().directory().resolve("secret");
        Files.writeString(secret, "AAA\nBBB\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        var link = pair.work().resolve("link");
        Files.createSymbolicLink(link, write("other", "AAA\nBBB\n"));
        var cell = TestCell.prepare(pair.machine(), 7, 2, spec);
        var chosen = generation.withSubstitutes(List.of(by(input, link)));
        pair.away().checkpoints().prepare(chosen, cell.stdout(), cell.stderr());
        cell.launchForRestore(pair.machine());
        cell.beforeRestore(() -> {
            try {
                Files.delete(link);
                Files.createSymbolicLink(link, secret);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });

        var failure = failure(() -> pair.away().checkpoints().restore(chosen, cell, false));

        assertThat(failure.code()).isEqualTo(Code.SUBSTITUTE);
        assertThat(failure.cause()).contains("another file than the one");
    }

    private Taken taken() throws IOException {
        write("input", "aaa\nbbb\nccc\n");
        write("mapped", "mapped");
        var cell = pair.start(spec);
        cell.awaitOutput("3 4 5\n");
        cell.feed("go\n");
        cell.awaitOutput("aaa aaa\n");
        awaitLog(log, "aaa\nchild aaa\n");
        var taken = pair.take(cell);
        cell.kill();
        return taken;
    }

    private TestCell restore(Generation generation, Substitute... substitutes) {
        return pair.away()
                .restore(
                        pair.machine(),
                        generation.withSubstitutes(List.of(substitutes)),
                        ++epoch,
                        spec);
    }

    /// What is said to a user who asks for it, and to whoever does it without having asked.
    private Failure ask(Generation generation, Substitute substitute) {
        var wanted = List.of(substitute);
        var asked = failure(() -> pair.away().checkpoints().openings(generation, wanted));
        assertThat(failure(() -> restore(generation, substitute)).code()).isEqualTo(asked.code());
        return asked;
    }

    /// The same of a file that the program's user cannot open.
    private String refused(Generation generation, Substitute substitute) {
        var checkpoints = pair.away().checkpoints();
        List<Opening> openings = checkpoints.openings(generation, List.of(substitute));
        var asked = checkpoints.unopenable(TestCell.NOBODY, openings);
        var failure = failure(() -> restore(generation, substitute));
        assertThat(failure.code()).isEqualTo(Code.SUBSTITUTE);
        assertThat(asked).isNotEmpty().contains(failure.cause());
        return failure.cause();
    }

    private static Failure failure(ThrowingCallable call) {
        return catchThrowableOfType(CheckpointFailed.class, call).failure();
    }

    private static Substitute by(Path file, Path other) {
        return new Substitute(new OpenFile(file.toString()), other.toString());
    }

    private static Substitute by(int fd, Path other) {
        return new Substitute(new Descriptor(fd), other.toString());
    }

    private Path write(String name, String content) throws IOException {
        var file = pair.work().resolve(name);
        Files.writeString(file, content);
        TestMachine.run("chown", "nobody", file.toString());
        return file;
    }

    private static void awaitLog(Path file, String content) {
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> Files.exists(file) && Files.readString(file).equals(content));
    }
}
