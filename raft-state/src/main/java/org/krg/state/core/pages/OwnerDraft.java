// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.pages;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.state.model.PageId;
import org.krg.state.model.PageOwner;
import org.krg.state.model.SegmentId;

/// The owners of pages while an entry of the log is applied: as the entry before left them, and
/// what this one changes.
public final class OwnerDraft {
    private final Before before;
    private final SortedMap<PageId, PageOwner> changed = new TreeMap<>();

    /// As the entry before left them.
    public interface Before {
        /// {@return the owner of a page; nothing if no record is of it}
        Optional<PageOwner> find(PageId page);
    }

    public OwnerDraft(Before before) {
        this.before = before;
    }

    Optional<PageOwner> find(PageId page) {
        var now = changed.get(page);
        return now == null ? before.find(page) : Optional.of(now);
    }

    void put(PageId page, PageOwner owner) {
        changed.put(page, owner);
    }

    /// A segment is gone, and the owners of its pages with it. Numbers of segments are not given
    /// twice.
    public void destroyed(SegmentId segment) {
        changed.keySet().removeIf(page -> page.block().segment().equals(segment));
    }

    /// {@return what this entry changed, in order}
    public SortedMap<PageId, PageOwner> changes() {
        return Collections.unmodifiableSortedMap(changed);
    }
}
