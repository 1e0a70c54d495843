// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is found in the log of a member that does not run, or in the closed part of one that does.
///
/// @param first index of the first entry that is there; one above `last` if there is none
/// @param term of the last entry
/// @param last index of the last whole entry of an unbroken sequence
/// @param bytes of all segments
public record LogCheck(long first, long term, long last, long bytes, List<Flaw> flaws) {
    public LogCheck {
        flaws = List.copyOf(flaws);
    }

    /// Something that is not as it was written.
    ///
    /// @param whole bytes of the file up to the flaw; -1 if the file as a whole is wrong
    /// @param torn nothing whole follows: a write that was cut short looks like that
    /// @param before entries up to this one are whole
    public record Flaw(Path file, String what, long whole, boolean torn, long before) {}

    /// Reads every segment below `current`, the directory of Ratis' files.
    public static LogCheck all(Path current) {
        return read(current, true);
    }

    /// Reads only the last segment, where the log ends, and the names of the others.
    public static LogCheck tail(Path current) {
        var reading = new Reading();
        var all = segments(current);
        for (var i = 1; i < all.size(); i++) {
            reading.requireNext(all.get(i - 1).last(), all.get(i));
        }
        if (!all.isEmpty()) {
            reading.add(all.getLast());
        }
        return reading.result();
    }

    /// {@return what is missing between entry `before` and the first one of the log, by the names
    /// of the segments; nothing where there is no log}
    public static Optional<Flaw> gapAfter(Path current, long before) {
        var reading = new Reading();
        segments(current).stream()
                .findFirst()
                .ifPresent(first -> reading.requireNext(before, first));
        return reading.result().flaws().stream().findFirst();
    }

    /// Reads the segments that are no longer written.
    public static LogCheck closed(Path current) {
        return read(current, false);
    }

    private static LogCheck read(Path current, boolean withOpen) {
        var reading = new Reading();
        for (var segment : segments(current)) {
            if (withOpen || !segment.isOpen()) {
                reading.add(segment);
            }
        }
        return reading.result();
    }

    private static List<LogSegment> segments(Path current) {
        try {
            return Directories.children(current, "log_").stream()
                    .map(LogSegment::of)
                    .flatMap(Optional::stream)
                    .sorted()
                    .toList();
        } catch (IOException failed) {
            throw Unreadable.of(current, failed);
        }
    }

    private static final class Reading {
        private final List<Flaw> flaws = new ArrayList<>();
        private long first = -1;
        private long term;
        private long last = -1;
        private long bytes;

        void add(LogSegment segment) {
            if (first < 0) {
                first = segment.first();
                last = first - 1;
            }
            try {
                var found = LogFrames.read(segment.file(), segment.first());
                bytes += found.whole();
                requireNext(last, segment);
                if (flaws.isEmpty()) {
                    last = found.last();
                    term = found.entries() > 0 ? found.term() : term;
                }
                judge(segment, found);
            } catch (IOException unreadable) {
                flaws.add(
                        new Flaw(
                                segment.file(),
                                "it cannot be read: " + unreadable.getMessage(),
                                -1,
                                false,
                                last));
            }
        }

        void requireNext(long before, LogSegment segment) {
            if (segment.first() > before + 1) {
                flaws.add(
                        new Flaw(
                                segment.file(),
                                "entries %d to %d before it are missing"
                                        .formatted(before + 1, segment.first() - 1),
                                -1,
                                false,
                                before));
            }
        }

        private void judge(LogSegment segment, LogFrames.Found found) {
            if (found.end().isPresent()) {
                var end = found.end().get();
                flaws.add(
                        new Flaw(
                                segment.file(),
                                end.what()
                                        + (end.followed()
                                                ? "; whole entries follow"
                                                : "; nothing whole follows"),
                                found.whole(),
                                segment.isOpen() && !end.followed(),
                                found.last()));
            } else if (!segment.isOpen() && found.last() != segment.last()) {
                flaws.add(
                        new Flaw(
                                segment.file(),
                                "it ends at entry " + found.last() + ", not at " + segment.last(),
                                found.whole(),
                                false,
                                found.last()));
            }
        }

        LogCheck result() {
            return new LogCheck(Math.max(first, 0), term, last, bytes, flaws);
        }
    }
}
