// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How an amount of cpu is written: `2`, `0.5`, or in thousandths `500m`.
public record Cpus(long millis) {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)|([0-9]{1,9})m");

    /// {@return the amount that `text` writes}
    public static Cpus parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is not an amount of cpu; write it like 2, 0.5 or 500m");
        }
        return new Cpus(
                form.group(2) != null
                        ? Long.parseLong(form.group(2))
                        : new BigDecimal(form.group(1)).movePointRight(3).longValueExact());
    }

    /// For picocli.
    public static final class Converter implements ITypeConverter<Cpus> {
        @Override
        public Cpus convert(String text) {
            return parse(text);
        }
    }
}
