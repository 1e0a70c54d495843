// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.jspecify.annotations.Nullable;

/// The body of a request that says how large a terminal is.
public record TerminalBody(@Nullable Integer rows, @Nullable Integer columns) {
    private static final int MOST = 9_999;

    /// {@return the lines of it}
    public int height() {
        return sound("rows", rows);
    }

    /// {@return the characters of a line}
    public int width() {
        return sound("columns", columns);
    }

    private static int sound(String name, @Nullable Integer value) {
        int given = Values.require(name, value);
        return Math.clamp(given, 1, MOST);
    }
}
