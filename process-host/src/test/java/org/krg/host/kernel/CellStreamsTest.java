// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.SIGTERM;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.awaitOutput;
import static org.krg.host.kernel.CellFixture.isRunning;
import static org.krg.host.kernel.CellFixture.output;
import static org.krg.host.kernel.CellFixture.shell;
import static org.krg.host.kernel.CellFixture.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;
import org.krg.host.model.StreamOffsets;

/// Standard input, output and error of a cell: every byte, once, in order.
@Tag("root")
class CellStreamsTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int DISK_BYTES = 16 * MEBIBYTE;
    private static final int KEPT_BYTES = DISK_BYTES / 8;

    /// More than krg-init has connections.
    private static final int WRITERS = 80;

    private static final int FEEDERS = 8;

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void aMebibyteOfNoiseComesThroughUnchanged() throws Exception {
        var noise = new byte[MEBIBYTE];
        new Random(20_261_124).nextBytes(noise);
        var cell = node.start(spec(List.of("tee", "/dev/stderr"), NOBODY, Stdin.OPEN, false));

        for (var start = 0; start < MEBIBYTE; start += Cell.MOST_STDIN_BYTES) {
            cell.writeStdin(Arrays.copyOfRange(noise, start, start + Cell.MOST_STDIN_BYTES), LONG);
        }
        cell.endStdin();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));
        assertThat(cell.stdout()).hasBinaryContent(noise);
        assertThat(cell.stderr()).hasBinaryContent(noise);
    }

    @Test
    void inputIsEmptyUnlessItIsAskedFor() throws Exception {
        var cell = node.start("cat; readlink /proc/self/fd/0");

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));
        assertThat(output(cell)).isEqualTo("/dev/null\n");
    }

    @Test
    void inputThatHasEndedTakesNoMore() {
        var cell = node.start(spec(List.of("sleep", "1000"), NOBODY, Stdin.OPEN, false));
        cell.endStdin();

        assertThatThrownBy(() -> cell.writeStdin(new byte[1], LONG))
                .isInstanceOf(CellFailed.class)
                .hasMessageContaining("Broken pipe");
    }

    @Test
    void aProgramThatDoesNotReadHoldsTheWriterUpWhoHasTheRestBack() {
        var cell = node.start(spec(List.of("sleep", "1000"), NOBODY, Stdin.OPEN, false));
        var half = Cell.MOST_STDIN_BYTES / 2;
        assertThat(cell.writeStdin(new byte[half], LONG)).isEqualTo(half);

        var more = new byte[Cell.MOST_STDIN_BYTES];
        assertThat(cell.writeStdin(more, Duration.ofMillis(100))).isEqualTo(half);
        assertThat(cell.writeStdin(new byte[1], Duration.ofMillis(100))).isZero();

        assertThat(cell.sync()).isEqualTo(new StreamOffsets(0, 0, Cell.MOST_STDIN_BYTES));
    }

    @Test
    void aSlowReaderGetsEveryByteOnce() throws Exception {
        var noise = new byte[5 * Cell.MOST_STDIN_BYTES];
        new Random(20_261_130).nextBytes(noise);
        var program =
                """
                import os, time
                while True:
                    piece = os.read(0, 8192)
                    if not piece: break
                    os.write(1, piece)
                    time.sleep(0.05)
                """;
        var cell = node.start(spec(List.of("python3", "-c", program), NOBODY, Stdin.OPEN, false));
        var pauses = 0;

        for (var sent = 0; sent < noise.length; ) {
            var end = Math.min(noise.length, sent + Cell.MOST_STDIN_BYTES);
            var piece = Arrays.copyOfRange(noise, sent, end);
            var taken = cell.writeStdin(piece, Duration.ofMillis(100));
            pauses += taken < piece.length ? 1 : 0;
            sent += taken;
        }
        cell.endStdin();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));
        assertThat(cell.stdout()).hasBinaryContent(noise);
        assertThat(pauses).isPositive();
    }

    @Test
    void synchronisingTellsHowFarTheStreamsHaveCome() throws Exception {
        var cell = node.start("printf 12345; printf 123 >&2; sleep 1000");

        await().until(() -> cell.sync().equals(new StreamOffsets(5, 3, 0)));
        assertThat(output(cell)).isEqualTo("12345");
    }

    @Test
    void aFrozenProgramWritesNothingUntilItIsThawed() throws Exception {
        var cell = node.start("while :; do echo x; done");
        awaitOutput(cell, "x");

        cell.freeze(CellFixture.LIMIT);
        var offset = cell.sync().stdoutBytes();

        assertThat(cell.isFrozen()).isTrue();
        await().during(Duration.ofMillis(200))
                .until(() -> Files.size(cell.stdout()) == offset && cell.isFrozen());
        cell.thaw();
        await().until(() -> Files.size(cell.stdout()) > offset);
        assertThat(cell.isFrozen()).isFalse();
    }

    @Test
    void whatEarlierIncarnationsWroteIsContinued() throws Exception {
        var directory = node.cells().makeDirectory(ID);
        Files.writeString(directory.resolve("stdout"), "before\n");

        var cell = node.start("echo after");

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));
        assertThat(output(cell)).isEqualTo("before\nafter\n");
    }

    @Test
    void whatTheProgramLeavesInThePipeWhenItEndsIsKept() throws Exception {
        var cell = node.start("head -c 60000 /dev/zero; head -c 60000 /dev/zero >&2; kill -9 $$");

        awaitExit(cell);

        assertThat(Files.size(cell.stdout())).isEqualTo(60_000);
        assertThat(Files.size(cell.stderr())).isEqualTo(60_000);
    }

    @Test
    void aFullDiskHoldsTheProgramUpAndLosesNothing() throws Exception {
        var directory = node.config().directory();
        Files.createDirectories(directory);
        run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", directory.toString());
        try {
            var cell = node.cells().start(ID, shell("seq 200000"));
            await().untilAsserted(() ->
                    assertThatThrownBy(cell::sync)
                            .isInstanceOf(CellFailed.class)
                            .hasMessageContaining("No space left on device"));
            assertThat(cell.findExit()).isEmpty();

            run("mount", "-o", "remount,size=8m", directory.toString());

            assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));
            assertThat(Files.readAllLines(cell.stdout())).hasSize(200_000).endsWith("200000");
        } finally {
            node.cells().destroy(ID);
            run("umount", directory.toString());
        }
    }

    @Test
    void aProgramIsHeldUpWhileTheDiskKeepsWhatIsFreeAndGoesOnWhenThereIsMore() throws Exception {
        try (var disk = new SmallDisk()) {
            disk.fill(DISK_BYTES / 2);
            var cell = node.cells().start(ID, shell("exec yes"));
            await().until(() -> Files.readString(cell.log()).contains("cannot write stdout"));
            var held = Files.size(cell.stdout());

            assertThat(disk.freeBytes()).isGreaterThan(KEPT_BYTES * 3 / 4);
            await().during(Duration.ofMillis(500)).until(() -> Files.size(cell.stdout()) == held);
            assertThat(cell.findExit()).isEmpty();

            disk.fill(0);
            await().until(() -> Files.size(cell.stdout()) > held + DISK_BYTES / 4);
        }
    }

    @Test
    void whatAProgramLeavesWhenItEndsIsWrittenWhereOthersAreHeldUp() throws Exception {
        try (var disk = new SmallDisk()) {
            disk.fill(DISK_BYTES - KEPT_BYTES * 3 / 4);
            var cell = node.cells().start(ID, shell("echo rest; exit 3"));

            assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(3));
            assertThat(output(cell)).isEqualTo("rest\n");
        }
    }

    @Test
    void allThatATerminalHoldsIsKeptWhenTheProgramEnds() throws Exception {
        var go = node.config().lease().resolveSibling("go");
        var script = "until [ -e " + go + " ]; do sleep 0.01; done; exec head -c 9000 /dev/zero";
        var arguments = List.of("/bin/sh", "-c", script);
        var cell = node.start(spec(arguments, NOBODY, Stdin.TERMINAL, false));
        var init = cell.findInitPid().orElseThrow();
        var program = cell.findRootHostPid().orElseThrow();
        run("kill", "-STOP", Long.toString(init));
        try {
            await().until(() -> state(init).equals("T"));
            Files.createFile(go);
            await().until(() -> !isRunning(program));
        } finally {
            run("kill", "-CONT", Long.toString(init));
        }

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));
        assertThat(Files.size(cell.stdout())).isEqualTo(9_000);
    }

    @Test
    void whoeverWaitsForTheProgramToReadKeepsNobodyElseWaiting() throws Exception {
        var cell = node.start(spec(List.of("sleep", "1000"), NOBODY, Stdin.OPEN, false));
        cell.writeStdin(new byte[Cell.MOST_STDIN_BYTES], LONG);
        var refused = new AtomicInteger();
        try (var writers = Executors.newCachedThreadPool()) {
            for (var writer = 0; writer < WRITERS; writer++) {
                writers.execute(() -> {
                    if (!write(cell)) {
                        refused.incrementAndGet();
                    }
                });
            }
            await().until(() -> refused.get() == WRITERS - FEEDERS);

            cell.signal(SIGTERM);

            assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Signaled(SIGTERM));
        }
        assertThat(refused).hasValue(WRITERS - FEEDERS);
    }

    /// {@return false if it was refused}
    private static boolean write(Cell cell) {
        try {
            return cell.writeStdin(new byte[Cell.MOST_STDIN_BYTES], CellFixture.LIMIT) > 0;
        } catch (CellFailed ended) {
            return true;
        }
    }

    private static String state(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    }

    /// A file system of its own for the cells, of which krg-init leaves an eighth free.
    private final class SmallDisk implements AutoCloseable {
        private final Path directory = node.config().directory();

        SmallDisk() throws IOException {
            Files.createDirectories(directory);
            run("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tmpfs", directory.toString());
        }

        /// Takes so many bytes of it, in place of what was taken before.
        void fill(int bytes) throws IOException {
            Files.write(directory.resolve("filler"), new byte[bytes]);
        }

        long freeBytes() {
            return directory.toFile().getUsableSpace();
        }

        @Override
        public void close() throws IOException {
            node.cells().destroy(ID);
            run("umount", directory.toString());
        }
    }

    private static void run(String... command) throws IOException {
        var process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.onExit().join().exitValue()).isZero();
    }
}
