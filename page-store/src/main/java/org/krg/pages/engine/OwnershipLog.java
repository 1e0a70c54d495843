// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.PageOwner;

/// The owners of pages in the log.
public interface OwnershipLog {
    /// Records owners of pages. Does not block.
    ///
    /// @return how many bytes of log that took; none if it was refused, because this member is not
    ///   the home of one of the blocks any more: nothing was recorded then. Fails only when the
    ///   agent stops.
    CompletableFuture<OptionalInt> record(List<BlockRecords> blocks);

    /// {@return what the log says of the pages of a block whose home this member has become, by
    /// page: all that homes of older epochs recorded} Blocks.
    SortedMap<Integer, PageOwner> owners(BlockId block);
}
