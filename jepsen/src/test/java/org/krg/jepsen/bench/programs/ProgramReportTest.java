// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.bench.programs.ProgramReport.Row;
import org.krg.jepsen.bench.report.Markdown;

class ProgramReportTest {
    private final ProgramReport report = new ProgramReport(List.of(1, 2));

    ProgramReportTest() {
        report.add("matrix", new Row(2.0, List.of(2.0, 1.0), List.of(2.5, 1.6)));
    }

    @Test
    void aLineSaysHowManyTimesFasterThanOneProcess() {
        var lines = report.table().lines().toList();

        assertThat(lines.get(0).strip().split(" {2,}"))
                .containsExactly(
                        "speed-up", "one process", "1 thread", "2 threads", "1 node", "2 nodes");
        assertThat(lines.get(1).strip().split(" {2,}"))
                .containsExactly("matrix", "2.00 s", "1.00", "2.00", "0.80", "1.25");
        assertThat(lines.get(3)).contains("share", "processors");
    }

    @Test
    void asMarkdownItIsATable() {
        assertThat(Markdown.of(report.table()))
                .contains("| matrix | 2.00 s | 1.00 | 2.00 | 0.80 | 1.25 |");
    }

    @Test
    void forProgramsItHasSecondsToo() {
        var program = report.json().path("programs").path(0);

        assertThat(program.path("aloneSeconds").asDouble()).isEqualTo(2.0);
        assertThat(program.path("nodes").path(1).path("seconds").asDouble()).isEqualTo(1.6);
        assertThat(program.path("nodes").path(1).path("speedUp").asDouble()).isEqualTo(1.25);
    }
}
