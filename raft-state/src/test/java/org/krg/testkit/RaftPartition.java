// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.CodeInjectionForTesting;

/// Cuts one member off from all others in this JVM: what it sends is refused by them, and what they
/// send by it, until this is closed.
public final class RaftPartition implements AutoCloseable {
    private static final List<String> POINTS =
            List.of(
                    "RaftServerImpl.requestVote",
                    "RaftServerImpl.appendEntries",
                    "RaftServerImpl.installSnapshot");

    private final CountDownLatch begun = new CountDownLatch(1);

    /// Begins the partition.
    public RaftPartition(String peer) {
        this(peer, _ -> true);
        begun.countDown();
    }

    /// The partition begins with the first entries of the log, sent by the member or to it, that
    /// `first` holds for; they do not arrive.
    public RaftPartition(String peer, Predicate<AppendEntriesRequestProto> first) {
        POINTS.forEach(point ->
                CodeInjectionForTesting.put(
                        point,
                        (local, remote, arguments) -> {
                            if (isOneOf(peer, local, remote) && isCut(arguments, first)) {
                                throw new IllegalStateException(peer + " is cut off");
                            }
                            return false;
                        }));
    }

    /// {@return whether it has begun}
    public boolean hasBegun() {
        return begun.getCount() == 0;
    }

    private boolean isCut(Object[] arguments, Predicate<AppendEntriesRequestProto> first) {
        for (var argument : arguments) {
            if (argument instanceof AppendEntriesRequestProto entries && first.test(entries)) {
                begun.countDown();
            }
        }
        return hasBegun();
    }

    private static boolean isOneOf(String peer, Object local, Object remote) {
        return peer.equals(String.valueOf(local)) || peer.equals(String.valueOf(remote));
    }

    @Override
    public void close() {
        POINTS.forEach(CodeInjectionForTesting::remove);
    }
}
