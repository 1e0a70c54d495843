// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.krg.host.engine.Proposals;
import org.krg.pages.engine.OwnershipLog;
import org.krg.state.ClusterStore;
import org.krg.state.codec.OwnerCodec;
import org.krg.state.command.OwnerCommand.RecordOwners;
import org.krg.state.command.Reply;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Member;
import org.krg.state.model.PageOwner;

/// Owners of pages in the cluster's log.
record AgreedOwners(Member self, ClusterStore store, Proposals proposals) implements OwnershipLog {
    @Override
    public CompletableFuture<OptionalInt> record(List<BlockRecords> blocks) {
        var command = new RecordOwners(self, blocks);
        return proposals
                .submit(command)
                .thenApply(reply ->
                        reply instanceof Reply.Accepted
                                ? OptionalInt.of(OwnerCodec.bytes(command))
                                : OptionalInt.empty());
    }

    @Override
    public SortedMap<Integer, PageOwner> owners(BlockId block) {
        return store.owners(block);
    }
}
