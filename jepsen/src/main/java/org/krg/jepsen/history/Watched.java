// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.List;

/// What one watch was told.
///
/// @param after it was to tell everything after this revision
/// @param previous whether it was to tell what was there before
public record Watched(Span span, long after, boolean previous, List<Notice> notices) {
    public Watched {
        notices = List.copyOf(notices);
    }

    /// {@return the changes it told}
    public List<Change> changes() {
        return notices.stream()
                .filter(Notice.Changes.class::isInstance)
                .flatMap(notice -> ((Notice.Changes) notice).changes().stream())
                .toList();
    }

    /// {@return the revision up to which it told everything}
    public long told() {
        return notices.stream().mapToLong(notice -> told(notice, after)).max().orElse(after);
    }

    private static long told(Notice notice, long otherwise) {
        return switch (notice) {
            case Notice.Changes(var revision, _) -> revision;
            case Notice.Bookmark(var revision) -> revision;
            case Notice.Ended _ -> otherwise;
        };
    }
}
