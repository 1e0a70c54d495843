// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.util.List;
import org.apache.ratis.util.CodeInjectionForTesting;

/// Cuts one member off from all others in this JVM: what it sends is refused by them, and what they
/// send by it, until this is closed.
public final class RaftPartition implements AutoCloseable {
    private static final List<String> POINTS =
            List.of(
                    "RaftServerImpl.requestVote",
                    "RaftServerImpl.appendEntries",
                    "RaftServerImpl.installSnapshot");

    /// Begins the partition.
    public RaftPartition(String peer) {
        POINTS.forEach(point ->
                CodeInjectionForTesting.put(
                        point,
                        (local, remote, _) -> {
                            if (isOneOf(peer, local, remote)) {
                                throw new IllegalStateException(peer + " is cut off");
                            }
                            return false;
                        }));
    }

    private static boolean isOneOf(String peer, Object local, Object remote) {
        return peer.equals(String.valueOf(local)) || peer.equals(String.valueOf(remote));
    }

    @Override
    public void close() {
        POINTS.forEach(CodeInjectionForTesting::remove);
    }
}
