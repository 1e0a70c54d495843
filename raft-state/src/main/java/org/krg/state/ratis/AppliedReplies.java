// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.krg.state.command.Reply;

/// The replies to an entry on their way from the state machine to whoever wrote the entry, in the
/// same process: Ratis hands the very object over, and nothing has to be encoded.
record AppliedReplies(List<Reply> replies) implements Message {
    @Override
    public ByteString getContent() {
        return ByteString.EMPTY;
    }
}
