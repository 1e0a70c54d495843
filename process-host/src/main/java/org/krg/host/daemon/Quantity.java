// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.krg.state.model.HostPort;

/// Quantities as people write them in a settings file: `10s`, `8GiB`, `1.5`.
final class Quantity {
    private static final Pattern WRITTEN =
            Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?) ?([a-zA-Z]*)");
    private static final List<String> SIZES = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private Quantity() {}

    /// Reads one value; an [IllegalArgumentException] says what was expected.
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text);
    }

    static Duration duration(String text) {
        var parts = WRITTEN.matcher(text);
        if (parts.matches()) {
            var amount = new BigDecimal(parts.group(1));
            switch (parts.group(2)) {
                case "ms" -> {
                    return nanos(amount, 1_000_000);
                }
                case "s" -> {
                    return nanos(amount, 1_000_000_000);
                }
                case "m" -> {
                    return nanos(amount, 60_000_000_000L);
                }
                case "h" -> {
                    return nanos(amount, 3_600_000_000_000L);
                }
                case "d" -> {
                    return nanos(amount, 86_400_000_000_000L);
                }
                default -> {}
            }
        }
        throw new IllegalArgumentException(
                "a duration like 500ms, 10s, 5m, 12h or 7d, not \"" + text + "\"");
    }

    static long bytes(String text) {
        var parts = WRITTEN.matcher(text);
        if (parts.matches()) {
            var power = SIZES.indexOf(parts.group(2));
            if (power >= 0) {
                return new BigDecimal(parts.group(1))
                        .multiply(new BigDecimal(1L << (10 * power)))
                        .setScale(0, RoundingMode.DOWN)
                        .longValueExact();
            }
        }
        throw new IllegalArgumentException("a size like 512MiB or 8GiB, not \"" + text + "\"");
    }

    static long cpuMillis(String text) {
        var parts = WRITTEN.matcher(text);
        if (!parts.matches() || !parts.group(2).isEmpty()) {
            throw new IllegalArgumentException(
                    "a number of cpus like 4 or 1.5, not \"" + text + "\"");
        }
        return new BigDecimal(parts.group(1))
                .movePointRight(3)
                .setScale(0, RoundingMode.DOWN)
                .longValueExact();
    }

    static HostPort address(String text) {
        return HostPort.parse(text);
    }

    private static Duration nanos(BigDecimal amount, long unitNanos) {
        return Duration.ofNanos(
                amount.multiply(BigDecimal.valueOf(unitNanos))
                        .setScale(0, RoundingMode.DOWN)
                        .longValueExact());
    }
}
