// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.Reply;
import org.krg.state.engine.Leader;
import org.krg.state.model.Invariant;

/// The log as the leader writes to it, over this node's member of the group.
record EntryWriter(RatisMember member) implements Leader {
    @Override
    public CompletableFuture<List<Reply>> append(List<ByteString> operations) {
        return member.append(OperationCodec.encode(Instant.now(), operations))
                .thenApply(replies -> checked(replies, operations.size()));
    }

    private static List<Reply> checked(List<Reply> replies, int operations) {
        Invariant.holds(
                replies.size() <= operations,
                "no entry has more replies than operations",
                replies.size(),
                operations);
        return replies;
    }
}
