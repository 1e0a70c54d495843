// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
    void whatNobodyWroteIsNotUnderstood() {
        assertThatThrownBy(() -> read("evaporated 1")).isInstanceOf(CellFailed.class);
    }

    private ProcessExit read(String line) throws IOException {
        Files.writeString(cell.resolve("exit"), line + USAGE);
        return ExitFile.find(cell).orElseThrow().exit();
    }
}
