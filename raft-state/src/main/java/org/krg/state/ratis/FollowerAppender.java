// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;

/// Sends the log to one member.
///
/// A leader that begins while two configurations count together (joint consensus) makes two of them
/// for a member that votes in one and listens in the other, and Ratis 3.3.0 takes that for a
/// mistake of its own and does not lead; nobody ever would, as only a leader ends that state. So
/// the second [supersedes][#supersede] the first, which then sends nothing and goes by the name of
/// nobody.
final class FollowerAppender extends GrpcLogAppender {
    private boolean started;
    private boolean superseded;

    FollowerAppender(RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
        super(server, leader, follower);
    }

    /// Has it never send anything, unless it was started.
    synchronized void supersede() {
        superseded = !started;
    }

    @Override
    public synchronized void start() {
        if (!superseded) {
            started = true;
            super.start();
        }
    }

    @Override
    public synchronized RaftPeerId getFollowerId() {
        var id = super.getFollowerId();
        return superseded ? RaftPeerId.valueOf(id + " superseded") : id;
    }
}
