// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.krg.pages.engine.OwnershipLog;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.PageOwner;

/// A measurement without a log: records are made, and kept nowhere.
final class NoOwnershipLog implements OwnershipLog {
    @Override
    public CompletableFuture<OptionalInt> record(List<BlockRecords> blocks) {
        return CompletableFuture.completedFuture(OptionalInt.of(0));
    }

    @Override
    public SortedMap<Integer, PageOwner> owners(BlockId block) {
        return Collections.emptySortedMap();
    }
}
