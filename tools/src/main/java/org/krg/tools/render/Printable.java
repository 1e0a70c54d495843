// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import java.util.stream.Collectors;

/// Text that others chose, for example arguments of a program, made fit for a line of a terminal.
public final class Printable {
    private Printable() {}

    /// {@return the text with control characters escaped, so that it stays on its line and moves no
    /// cursor}
    public static String line(String text) {
        if (text.chars().noneMatch(Printable::isControl)) {
            return text;
        }
        var line = new StringBuilder();
        text.codePoints().forEach(c -> append(line, c));
        return line.toString();
    }

    /// {@return the same of text that has several lines, which it keeps}
    public static String lines(String text) {
        return text.lines().map(Printable::line).collect(Collectors.joining("\n"));
    }

    private static void append(StringBuilder line, int c) {
        switch (c) {
            case '\n' -> line.append("\\n");
            case '\t' -> line.append("\\t");
            case '\r' -> line.append("\\r");
            default -> {
                if (isControl(c)) {
                    line.append("\\u%04x".formatted(c));
                } else {
                    line.appendCodePoint(c);
                }
            }
        }
    }

    private static boolean isControl(int c) {
        return Character.getType(c) == Character.CONTROL
                || Character.getType(c) == Character.FORMAT;
    }
}
