// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The standard output of the heat program as it survives: bytes are appended, and cut off when the
/// program is brought back to an earlier point. Owned by one thread.
final class HeatOutput {
    private static final Pattern STEP = Pattern.compile("step ([0-9]+)/[0-9]+ .*");
    private static final Pattern CHECKSUM = Pattern.compile("checksum ([0-9a-f]{16})");

    /// The program prints nothing but ASCII: a character is a byte.
    private final StringBuilder text = new StringBuilder();

    /// {@return how many bytes there are}
    long length() {
        return text.length();
    }

    /// Appends what comes at `offset`; what is there already is left out.
    ///
    /// @throws IllegalArgumentException if something is missing before it
    void append(long offset, String part) {
        var known = text.length() - offset;
        if (known < 0) {
            throw new IllegalArgumentException(
                    "the output goes on at byte %d and only %d have come"
                            .formatted(offset, text.length()));
        }
        if (known < part.length()) {
            text.append(part, (int) known, part.length());
        }
    }

    /// Cuts the output off at `offset`, where the program goes on.
    ///
    /// @return how many steps of those that were printed are computed again
    long cutBackTo(long offset) {
        var before = lastStep();
        if (offset < text.length()) {
            text.setLength((int) offset);
        }
        return Math.max(0, before - lastStep());
    }

    /// {@return the last step of which a whole line came; 0 if none did}
    long lastStep() {
        return wholeLines().mapToLong(HeatOutput::step).max().orElse(0);
    }

    /// {@return the step that a line tells of; 0 for another line}
    static long step(String line) {
        var told = STEP.matcher(line);
        return told.matches() ? Long.parseLong(told.group(1)) : 0;
    }

    /// {@return the checksum with which the program ended}
    Optional<String> findChecksum() {
        return wholeLines()
                .reduce((_, later) -> later)
                .map(CHECKSUM::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1));
    }

    private Stream<String> wholeLines() {
        return text.substring(0, text.lastIndexOf("\n") + 1).lines();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
