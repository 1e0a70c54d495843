// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.krg.state.command.Reply;

/// The replies to an entry on their way from the state machine to whoever wrote the entry, in the
/// same process: Ratis hands the very object over, and nothing has to be encoded. It also keeps the
/// object for some seconds, which is why whoever takes the replies takes them out.
final class AppliedReplies implements Message {
    private final AtomicReference<List<Reply>> replies;

    AppliedReplies(List<Reply> replies) {
        this.replies = new AtomicReference<>(replies);
    }

    /// {@return the replies; none the second time}
    List<Reply> take() {
        return replies.getAndSet(List.of());
    }

    @Override
    public ByteString getContent() {
        return ByteString.EMPTY;
    }
}
