// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AmountsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1.5 KiB",
        "1048575, 1.0 MiB",
        "1048576, 1 MiB",
        "104857601, 100 MiB",
        "9223372036854775807, 8192 PiB"
    })
    void bytes(long bytes, String text) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "100, 0.1", "1000, 1", "1550, 1.55"})
    void cpus(long millis, String text) {
        assertThat(Amounts.cpus(millis)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "-5, 0s",
        "0, 0s",
        "59, 59s",
        "60, 1m",
        "61, 1m1s",
        "600, 10m",
        "3599, 59m",
        "3600, 1h",
        "8400, 2h20m",
        "86400, 1d",
        "200000, 2d"
    })
    void durations(long seconds, String text) {
        assertThat(Amounts.duration(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @Test
    void anAgeNeedsABeginning() {
        assertThat(Amounts.age("", Instant.EPOCH)).isEmpty();
        assertThat(Amounts.moment("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.042, 0.04 s", "9.5, 9.50 s", "12.34, 12.3 s", "3720, 1h2m"})
    void secondsOfCpu(double seconds, String text) {
        assertThat(Amounts.seconds(seconds)).isEqualTo(text);
    }

    @Test
    void controlCharactersStayOnTheirLine() {
        assertThat(Printable.line("a\u001b[2J\nb\u202e")).isEqualTo("a\\u001b[2J\\nb\\u202e");
        assertThat(Printable.line("grüße")).isEqualTo("grüße");
    }
}
