// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class AmountsOnCommandLinesTest {
    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "10s, PT10S",
        "5m, PT5M",
        "1h, PT1H",
        "2d, PT48H",
        "1.5s, PT1.5S",
        "7, PT7S",
        "0s, PT0S"
    })
    void durations(String text, Duration meant) {
        assertThat(DurationText.parse(text)).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "5 s", "5S", "1h30m", "ten", "1.s", "99999999999s"})
    void whatIsNoDuration(String text) {
        assertThatThrownBy(() -> DurationText.parse(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "' is not a duration");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "512B, 512",
        "1K, 1024",
        "1k, 1024",
        "1kB, 1000",
        "512MiB, 536870912",
        "1G, 1073741824",
        "1.5GiB, 1610612736",
        "1GB, 1000000000",
        "2T, 2199023255552"
    })
    void sizes(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "G", "-1G", "1Q", "1 GiB", "1gib", "1Gi", "0x10", "999999999999999T"})
    void whatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "' is not a size");
    }

    @ParameterizedTest
    @CsvSource({"2, 2000", "0.5, 500", "500m, 500", "1.234, 1234", "0, 0"})
    void cpus(String text, long millis) {
        assertThat(Cpus.parse(text).millis()).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "-1", "1.2345", "0.5m", "two", "1cpu"})
    void whatIsNoAmountOfCpu(String text) {
        assertThatThrownBy(() -> Cpus.parse(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "' is not an amount of cpu");
    }
}
