// SPDX-License-Identifier: Apache-2.0
package org.krg.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The simulation that the demo runs: `target/native/heat`.
class HeatProgramTest {
    private static final Path HEAT = Path.of(System.getProperty("krg.root"), "target/native/heat");
    private static final int USAGE = 2;

    /// Some seconds of work at most; more means that it hangs.
    private static final int LIMIT_SECONDS = 60;

    @TempDir Path directory;

    @Test
    void theOutputDoesNotDependOnTheNumberOfThreads() throws Exception {
        var alone = heat(1, "257", "200", "42", "--report", "50");
        var together = heat(2, "257", "200", "42", "--report", "50");

        assertThat(alone.code()).isZero();
        assertThat(together).isEqualTo(alone);
        assertThat(alone.lines()).hasSize(5);
        assertThat(alone.lines().getFirst()).startsWith("step 50/200  mean ");
        assertThat(alone.lines().getLast()).matches("checksum [0-9a-f]{16}");
    }

    @Test
    void anotherSeedOrSizeOrNumberOfStepsGivesAnotherChecksum() throws Exception {
        var checksums =
                List.of(
                        heat(2, "64", "10", "1").lines().getLast(),
                        heat(2, "64", "10", "2").lines().getLast(),
                        heat(2, "65", "10", "1").lines().getLast(),
                        heat(2, "64", "11", "1").lines().getLast());

        assertThat(checksums).doesNotHaveDuplicates();
    }

    @Test
    void theFileHoldsTheReports() throws Exception {
        var file = directory.resolve("reports");

        var run = heat(2, "64", "10", "1", "--report", "4", "--out", file.toString());

        assertThat(Files.readAllLines(file)).hasSize(3).isEqualTo(run.lines().subList(0, 3));
    }

    @ParameterizedTest
    @CsvSource({
        "2 10 1, SIZE must be from 3 to 32768",
        "many, SIZE must be a whole number",
        "64 0, STEPS must be from 1",
        "64 10 -1, unknown option '-1'",
        "64 10 99999999999999999999, SEED must be from 0",
        "64 10 1 1, unexpected argument '1'",
        "64 --report, --report needs a value",
        "64 --report 0, --report must be from 1",
        "64 --fast, unknown option '--fast'"
    })
    void aBadArgumentIsNamed(String arguments, String message) throws Exception {
        var run = heat(1, arguments.split(" "));

        assertThat(run.code()).isEqualTo(USAGE);
        assertThat(run.lines()).hasSize(1).first().asString().startsWith("heat: " + message);
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws Exception {
        var run = heat(1, "64", "10", "--out", directory.resolve("no/file").toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.lines()).hasSize(1).first().asString().contains("no/file: No such file");
    }

    private Run heat(int threads, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(HEAT.toString());
        command.addAll(List.of(arguments));
        var output = directory.resolve("output");
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
        var process = builder.start();
        try {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), Files.readAllLines(output));
        } finally {
            process.destroyForcibly();
        }
    }

    private record Run(int code, List<String> lines) {}
}
