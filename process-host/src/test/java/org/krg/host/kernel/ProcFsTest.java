// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFsTest {
    @TempDir Path directory;

    @Test
    void aNameWithParenthesesAndBlanksConfusesNobody() throws Exception {
        var odd = directory.resolve("a) S 1 (b");
        Files.copy(Path.of("/bin/sleep"), odd);
        assertThat(odd.toFile().setExecutable(true)).isTrue();
        var process = new ProcessBuilder(odd.toString(), "1000").start();
        try {
            CellFixture.await()
                    .until(() ->
                            ProcFs.findStatus(process.pid(), "Name").orElse("").startsWith("a)"));

            var stat = ProcFs.findStat(process.pid()).orElseThrow();

            assertThat(stat.parent()).isEqualTo(ProcessHandle.current().pid());
            assertThat(stat.tasks()).isEqualTo(1);
            assertThat(stat.startTicks()).isPositive();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aCommandIsWhatItWasStartedWith() throws Exception {
        var process = new ProcessBuilder("sleep", "1000").start();
        try {
            CellFixture.await()
                    .until(() -> ProcFs.findCommand(process.pid()).orElse("").equals("sleep 1000"));
        } finally {
            process.destroyForcibly().waitFor();
        }

        assertThat(ProcFs.findCommand(process.pid())).isEmpty();
    }

    @Test
    void aProcessThatIsGoneIsNotThere() throws Exception {
        var process = new ProcessBuilder("true").start();
        process.waitFor();

        assertThat(ProcFs.findStat(process.pid())).isEmpty();
        assertThat(ProcFs.residentBytes(process.pid())).isZero();
        assertThat(ProcFs.hasVariable(process.pid(), "PATH=x")).isFalse();
    }
}
