// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.krg.state.engine.LogPosition;

/// The members of a group of one, as Ratis keeps them.
final class FirstConfiguration {
    private FirstConfiguration() {}

    static LogEntryProto of(String peer, String raft, LogPosition position) {
        return LogEntryProto.newBuilder()
                .setTerm(position.term())
                .setIndex(position.index())
                .setConfigurationEntry(
                        RaftConfigurationProto.newBuilder()
                                .addPeers(
                                        RaftPeerProto.newBuilder()
                                                .setId(ByteString.copyFromUtf8(peer))
                                                .setAddress(raft)))
                .build();
    }
}
