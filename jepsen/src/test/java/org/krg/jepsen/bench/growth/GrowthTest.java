// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.tools.cli.Terminal;

/// The whole of it with few keys: every number is there.
@Tag("long")
final class GrowthTest {
    private static final GrowthSettings SMALL =
            new GrowthSettings(List.of(500L), 64, Duration.ofSeconds(1), Duration.ZERO);

    @Test
    void everythingIsMeasuredAndNothingFails() throws InterruptedException {
        var talk = new ByteArrayOutputStream();
        var terminal =
                new Terminal(
                        InputStream.nullInputStream(),
                        System.out,
                        new PrintStream(talk, false, StandardCharsets.UTF_8),
                        Map.of(),
                        InstantSource.system());

        var report = new Growth(SMALL, terminal).run();

        var size = report.tree().path("sizes").path(0);
        for (var load : GrowthLoad.values()) {
            assertThat(size.path(load.field()).path("failures").asLong(-1)).isZero();
            assertThat(size.path(load.field()).path("perSecond").asLong()).isPositive();
        }
        assertThat(
                        List.of(
                                "memoryBytes",
                                "diskBytes",
                                "loadMillis",
                                "startMillis",
                                "startAfterKillMillis",
                                "snapshotMillis",
                                "snapshotBytes",
                                "startEmptyMillis"))
                .allMatch(field -> size.path(field).asLong() > 0);
        assertThat(report.table()).startsWith("KEYS").contains("  500").doesNotContain(" 0 B");
    }
}
