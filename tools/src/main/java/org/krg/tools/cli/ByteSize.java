// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How a size is written: a number and `KiB`, `MiB`, `GiB`, `TiB` or `K`, `M`, `G`, `T`, all powers
/// of 1024, or `kB`, `MB`, `GB`, `TB`, powers of 1000; a bare number is bytes.
public record ByteSize(long bytes) {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)(?:([KkMGT])(iB|B|)|B|)");

    /// {@return the size that `text` writes}
    public static ByteSize parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw malformed(text);
        }
        int power =
                form.group(2) == null
                        ? 0
                        : "KMGT".indexOf(form.group(2).toUpperCase(Locale.ROOT)) + 1;
        var base = BigDecimal.valueOf("B".equals(form.group(3)) ? 1000 : 1024);
        var bytes = new BigDecimal(form.group(1)).multiply(base.pow(power));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw malformed(text);
        }
        return new ByteSize(bytes.longValue());
    }

    private static TypeConversionException malformed(String text) {
        return new TypeConversionException(
                "'" + text + "' is not a size; write it like 512MiB, 1GiB or 1.5G");
    }

    /// For picocli.
    public static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            return parse(text);
        }
    }
}
