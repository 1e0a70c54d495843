// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.krg.state.DiskFailed;

final class HaltTest {
    private static final String READY = "ready";
    private static final int SOON_SECONDS = 20;

    /// Ends because of a disk.
    static final class Ender {
        public static void main(String[] of) {
            var halt = new Halt();
            var why =
                    new DiskFailed(
                            Path.of("disk"), DiskFailed.Fault.STALLED, new IOException("it hangs"));
            System.out.println(READY);
            halt.end("it was tried", why);
        }
    }

    @Test
    void itNeedsNoClassThatIsNotThereYet() throws IOException, InterruptedException {
        var lines = end();

        var start = lines.indexOf(READY);
        var thread = threadOf(lines.subList(0, start), Ender.class.getName());
        assertThat(lines.subList(start, lines.size()))
                .filteredOn(line -> line.startsWith(thread))
                .noneMatch(line -> line.contains("source: file:"));
        assertThat(lines).anyMatch(line -> line.contains("it was tried"));
    }

    /// Each class is told with the thread that had it loaded: `[4711] NAME source: WHERE`.
    private static String threadOf(List<String> lines, String loaded) {
        return lines.stream()
                .filter(line -> line.contains(" " + loaded + " source: "))
                .map(line -> line.substring(0, line.indexOf(']') + 1))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> end() throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xlog:class+load:stdout:tid",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Ender.class.getName())
                        .redirectErrorStream(true)
                        .start();
        try {
            var told = process.getInputStream().readAllBytes();
            assertThat(process.waitFor(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(HaltCode.DISK);
            return new String(told, StandardCharsets.UTF_8).lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
