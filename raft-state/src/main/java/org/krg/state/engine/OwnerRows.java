// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.state.codec.OwnerCodec;
import org.krg.state.core.pages.OwnerDraft;
import org.krg.state.model.BlockId;
import org.krg.state.model.PageId;
import org.krg.state.model.PageOwner;
import org.krg.state.model.SegmentId;

/// Owners of pages as they are stored, at one moment of the rows.
record OwnerRows(RowStore.View view) implements OwnerDraft.Before {
    @Override
    public Optional<PageOwner> find(PageId page) {
        return view.find(Family.PAGE_OWNERS, OwnerCodec.key(page)).map(OwnerCodec::decode);
    }

    /// {@return the owners of a block's pages that records are of}
    SortedMap<Integer, PageOwner> of(BlockId block) {
        var owners = new TreeMap<Integer, PageOwner>();
        view.scan(
                Family.PAGE_OWNERS,
                OwnerCodec.key(new PageId(block, 0)),
                (key, row) -> {
                    var page = OwnerCodec.page(key);
                    if (!page.block().equals(block)) {
                        return false;
                    }
                    owners.put(page.page(), OwnerCodec.decode(row));
                    return true;
                });
        return owners;
    }

    /// Adds the writes that store a draft.
    static void add(OwnerDraft draft, List<RowWrite> writes) {
        draft.changes()
                .forEach((page, owner) ->
                        writes.add(
                                RowWrite.put(
                                        Family.PAGE_OWNERS,
                                        OwnerCodec.key(page),
                                        OwnerCodec.encode(owner))));
    }

    /// {@return the write that lets go of the owners of a segment's pages}
    static RowWrite without(SegmentId segment) {
        return RowWrite.deleteRange(
                Family.PAGE_OWNERS,
                OwnerCodec.start(segment),
                OwnerCodec.start(new SegmentId(segment.value() + 1)));
    }
}
