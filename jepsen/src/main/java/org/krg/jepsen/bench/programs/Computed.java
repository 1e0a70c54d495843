// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import java.util.regex.Pattern;

/// What a run of `parallel` printed.
public record Computed(String checksum, double seconds) {
    private static final Pattern LINE = Pattern.compile(".*: checksum ([0-9a-f]{16}), ([0-9.]+) s");

    /// {@return what that line says}
    ///
    /// @throws ProgramFailed if it is no line of that program
    public static Computed of(String line) {
        var matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new ProgramFailed("the program printed \"%s\" and no checksum".formatted(line));
        }
        return new Computed(matcher.group(1), Double.parseDouble(matcher.group(2)));
    }
}
