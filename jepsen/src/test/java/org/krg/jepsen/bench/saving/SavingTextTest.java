// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.bench.report.Markdown;
import org.krg.jepsen.bench.report.Medians;
import org.krg.jepsen.bench.saving.Load.Writer;
import org.krg.tools.http.Json;

/// What a bench of checkpoints and moves works with.
final class SavingTextTest {
    @Test
    void ratiosStandFirstAndATableOfMarkdownHasTheSameCells() throws IOException {
        var report =
                Json.parse(
                        """
                        {"kind":"checkpoint","conditions":{"rounds":2},
                         "rows":[{"load":"64M, idle","ratios":{"stood":1.25,"took":3},
                           "krg":{"stoodMillis":50,"tookMillis":300,"firstBytes":1048576,"nextBytes":0},
                           "bare":{"stoodMillis":40,"tookMillis":100,"wholeBytes":67108864}}]}
                        """);
        var lines = SavingText.of(report).lines().toList();
        assertThat(lines.get(1).split(" {2,}")).containsExactly("64M, idle", "1.25", "3.00", "-");
        assertThat(lines.getLast()).isEqualTo("rounds: 2");
        assertThat(Markdown.of(SavingText.of(report)))
                .contains("| 64M, idle | 1.25 | 3.00 | - |", "|---|---|---|---|");
    }

    @Test
    void everySizeMeetsEveryWriterAndManyThreadsAndProcesses() {
        var loads = Load.matrix(List.of(1L << 20, 64L << 20), false);
        assertThat(loads).hasSize(2 * Writer.values().length + 2);
        assertThat(loads).anyMatch(load -> load.threads() == 200);
        assertThat(loads).anyMatch(load -> load.processes() == 50);
        assertThat(Load.matrix(List.of(1L << 20, 64L << 20), true)).hasSizeLessThan(loads.size());
    }

    @Test
    void theLongestStretchAfterAMomentCounts(@TempDir Path directory) throws IOException {
        var file = directory.resolve("gaps");
        assertThat(new Gaps(file).longestSince(0)).isZero();
        Files.writeString(file, "1000 900\n2000 70\n3000 80\n");
        assertThat(new Gaps(file).longestSince(1)).isEqualTo(Duration.ofNanos(80_000));
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Medians.millis(List.of(ms(9), ms(1), ms(2)))).isEqualTo(2);
        assertThat(Medians.millis(List.of(ms(4), ms(1), ms(2), ms(100)))).isEqualTo(3);
    }

    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }
}
