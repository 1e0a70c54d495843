// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/// A file of the log. A closed one is named after its first and last entry; the last one is open.
record LogSegment(Path file, long first, long last) implements Comparable<LogSegment> {
    /// The last entry of an open segment is not in its name.
    static final long OPEN = Long.MAX_VALUE;

    private static final Pattern CLOSED_NAME = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN_NAME = Pattern.compile("log_inprogress_(\\d+)");

    /// {@return the segment in a file of that name}
    static Optional<LogSegment> of(Path file) {
        var name = String.valueOf(file.getFileName());
        var closed = CLOSED_NAME.matcher(name);
        if (closed.matches()) {
            return Optional.of(
                    new LogSegment(
                            file,
                            Long.parseLong(closed.group(1)),
                            Long.parseLong(closed.group(2))));
        }
        var open = OPEN_NAME.matcher(name);
        return open.matches()
                ? Optional.of(new LogSegment(file, Long.parseLong(open.group(1)), OPEN))
                : Optional.empty();
    }

    boolean isOpen() {
        return last == OPEN;
    }

    @Override
    public int compareTo(LogSegment other) {
        return Long.compare(first, other.first);
    }
}
