// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/// How a duration is written: a number and `ms`, `s`, `m`, `h` or `d`; a bare number is seconds.
public final class DurationText {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|s|m|h|d|)");

    private DurationText() {}

    /// {@return the duration that `text` writes}
    public static Duration parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is not a duration; write it like 500ms, 10s, 5m or 1h");
        }
        var nanosPerUnit =
                switch (form.group(2)) {
                    case "ms" -> 1_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    case "d" -> 86_400_000_000_000L;
                    default -> 1_000_000_000L;
                };
        var nanos = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(nanosPerUnit));
        var parts =
                nanos.toBigInteger()
                        .divideAndRemainder(BigDecimal.valueOf(1_000_000_000L).toBigInteger());
        return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValueExact());
    }
}
