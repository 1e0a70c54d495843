// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Signals by number or name, `signal(7)`.
final class Signals {
    static final int TERM = 15;
    private static final int LAST = 64;

    /// From 1 on, as on x86-64 and AArch64.
    private static final List<String> NAMES =
            List.of(
                    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
                    "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP",
                    "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
                    "PWR", "SYS");

    private Signals() {}

    static int parse(@Nullable JsonNode given, int otherwise) {
        if (given == null || given.isNull()) {
            return otherwise;
        }
        var text = given.asText().toUpperCase(Locale.ROOT);
        var name = text.startsWith("SIG") ? text.substring(3) : text;
        var number = name.matches("[0-9]{1,2}") ? Integer.parseInt(name) : NAMES.indexOf(name) + 1;
        if (number < 1 || number > LAST) {
            throw Bodies.wrong(
                    "signal", "is a number from 1 to 64 or a name such as TERM, not " + given);
        }
        return number;
    }
}
