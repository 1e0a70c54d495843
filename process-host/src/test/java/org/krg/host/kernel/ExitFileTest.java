// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.model.CellUsage;
import org.krg.host.model.ProcessExit;

class ExitFileTest {
    private static final String USAGE = "\nrusage 1500000 500000 20\n";

    @TempDir Path cell;

    @Test
    void everyWayToEndIsRead() throws IOException {
        assertThat(read("exited 3")).isEqualTo(new ProcessExit.Exited(3));
        assertThat(read("signaled 9")).isEqualTo(new ProcessExit.Signaled(9));
        assertThat(read("failed 126 cannot execute x: Permission denied"))
                .isEqualTo(new ProcessExit.NotStarted(126, "cannot execute x: Permission denied"));
        assertThat(read("fenced")).isInstanceOf(ProcessExit.Vanished.class);
    }

    @Test
    void whatWasUsedIsRead() throws IOException {
        read("exited 0");

        assertThat(ExitFile.find(cell).orElseThrow().usage())
                .isEqualTo(new CellUsage(Duration.ofSeconds(2), 20 * 1024, 0));
    }

    @Test
    void noFileAndAnEmptyOneAreNoEnd() throws IOException {
        assertThat(ExitFile.find(cell)).isEmpty();

        Files.createFile(cell.resolve("exit"));

        assertThat(ExitFile.find(cell)).isEmpty();
    }

    @Test
    void whatNobodyWroteIsAnEndOfWhichNothingIsKnown() throws IOException {
        assertThat(read("evaporated 1")).isInstanceOf(ProcessExit.Vanished.class);
        assertThat(read("exited")).isInstanceOf(ProcessExit.Vanished.class);
        assertThat(read("signaled nine")).isInstanceOf(ProcessExit.Vanished.class);
    }

    /// A user chooses the name of the program, which is in the message.
    @Test
    void aMessageMayHaveAnyBytes() throws IOException {
        assertThat(read("failed 127 cannot execute a\nrusage b\nc: No such file or directory"))
                .isEqualTo(
                        new ProcessExit.NotStarted(
                                127, "cannot execute a\nrusage b\nc: No such file or directory"));
        var cut = "failed 127 cannot execute \u00e4".getBytes(StandardCharsets.UTF_8);
        try (var file = Files.newOutputStream(cell.resolve("exit"))) {
            file.write(cut, 0, cut.length - 1);
            file.write(USAGE.getBytes(StandardCharsets.UTF_8));
        }

        assertThat(ExitFile.find(cell).orElseThrow().exit())
                .isEqualTo(new ProcessExit.NotStarted(127, "cannot execute \ufffd"));
    }

    private ProcessExit read(String line) throws IOException {
        Files.writeString(cell.resolve("exit"), line + USAGE);
        return ExitFile.find(cell).orElseThrow().exit();
    }
}
