// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.krg.state.ClusterStore;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.model.SessionId;
import org.krg.testkit.StateCluster;

/// A client that grants leases, each with the next sequence of its session.
final class ClusterOperations {
    private static final AtomicLong SESSIONS = new AtomicLong(1);

    private final SessionId session = new SessionId(SESSIONS.getAndIncrement());
    private final AtomicLong sequence = new AtomicLong();

    /// {@return an operation that was not made before}
    Operation grant() {
        return grant(sequence.incrementAndGet());
    }

    /// {@return the operation of that sequence}
    Operation grant(long number) {
        return new Operation(
                session, number, 0, new GrantLease("holder-" + number, Duration.ofSeconds(5)));
    }

    /// {@return the holders of all leases that were granted so far}
    List<String> holders() {
        return LongStream.rangeClosed(1, sequence.get())
                .mapToObj(number -> "holder-" + number)
                .toList();
    }

    /// Grants `count` leases by `store`, one after the other, and returns the last reply.
    Accepted grantMany(ClusterStore store, int count) {
        var last = new Accepted(store.image().revision(), 0);
        for (var i = 0; i < count; i++) {
            last = (Accepted) StateCluster.get(store.submit(grant()));
        }
        return last;
    }
}
