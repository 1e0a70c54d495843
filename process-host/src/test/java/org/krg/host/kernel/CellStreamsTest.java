// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.awaitOutput;
import static org.krg.host.kernel.CellFixture.output;
import static org.krg.host.kernel.CellFixture.shell;
import static org.krg.host.kernel.CellFixture.spec;

import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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
    void aProgramThatDoesNotReadHoldsTheWriterUp() {
        var cell = node.start(spec(List.of("sleep", "1000"), NOBODY, Stdin.OPEN, false));
        cell.writeStdin(new byte[Cell.MOST_STDIN_BYTES], LONG);

        assertThatThrownBy(() -> cell.writeStdin(new byte[1], Duration.ofMillis(100)))
                .isInstanceOf(CellFailed.class)
                .hasMessageContaining("in time");

        assertThat(cell.sync()).isEqualTo(new StreamOffsets(0, 0, Cell.MOST_STDIN_BYTES));
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

    private static void run(String... command) throws Exception {
        var process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).isZero();
    }
}
