// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;
import org.krg.tools.cli.ByteSize;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.Json;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A limit as a user writes it: `nofile=1024:4096`, `stack=unlimited`, `fsize=1GiB`.
///
/// @param name of the resource, as in `getrlimit(2)` without `RLIMIT_`
/// @param soft in the unit of the resource, -1 for none
/// @param hard what the program may raise it to
record Rlimit(String name, long soft, long hard) {
    private static final Pattern FORM = Pattern.compile("([a-z]+)=([^:]+)(?::([^:]+))?");
    private static final long UNLIMITED = -1;

    static Rlimit parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "'"
                            + text
                            + "' is not a limit; write it like nofile=4096, nofile=1024:4096 or"
                            + " stack=unlimited");
        }
        var soft = amount(form.group(2));
        return new Rlimit(
                form.group(1), soft, form.group(3) == null ? soft : amount(form.group(3)));
    }

    private static long amount(String text) {
        return "unlimited".equals(text) ? UNLIMITED : ByteSize.parse(text).bytes();
    }

    /// {@return the limits as a submission has them}
    ///
    /// @throws VerbFailed if one is there twice
    static ObjectNode all(List<Rlimit> limits) {
        var all = Json.object();
        for (var limit : limits) {
            if (all.has(limit.name())) {
                throw new VerbFailed(
                        ExitCode.USAGE,
                        "--rlimit " + limit.name() + " is given twice",
                        "write soft and hard limit as one: " + limit.name() + "=SOFT:HARD");
            }
            all.putObject(limit.name()).put("soft", limit.soft()).put("hard", limit.hard());
        }
        return all;
    }

    /// For picocli.
    static final class Converter implements ITypeConverter<Rlimit> {
        @Override
        public Rlimit convert(String text) {
            return parse(text);
        }
    }
}
