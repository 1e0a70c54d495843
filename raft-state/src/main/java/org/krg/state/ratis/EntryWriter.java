// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.state.codec.Batch;
import org.krg.state.codec.OperationCodec;
import org.krg.state.codec.ReplyCodec;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.engine.Leader;
import org.krg.state.model.Invariant;

/// The log as the leader writes to it, over this node's member of the group.
record EntryWriter(RatisMember member) implements Leader {
    @Override
    public CompletableFuture<List<Reply>> append(List<Operation> operations) {
        return member.append(OperationCodec.encode(new Batch(Instant.now(), operations)))
                .thenApply(bytes -> replies(bytes, operations));
    }

    private static List<Reply> replies(byte[] bytes, List<Operation> operations) {
        var replies = ReplyCodec.decodeAll(bytes);
        Invariant.holds(
                replies.size() == operations.size(),
                "each operation of an entry has a reply",
                replies.size(),
                operations.size());
        return replies;
    }
}
