// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Settings of the state store of one node.
///
/// @param cluster the cluster's id, the id of the Raft group
/// @param self the name of this node
/// @param incarnation one more each time its storage was lost
/// @param directory the node's data directory; `raft`, `store` and `identity` are made in it
/// @param bind where the Raft service listens
/// @param members the first members when a new cluster is formed; empty for a node that joins
/// @param tls how nodes prove who they are; without it Raft stays on loopback
public record StateConfig(
        UUID cluster,
        NodeId self,
        long incarnation,
        Path directory,
        HostPort bind,
        List<FirstMember> members,
        Quorum quorum,
        Kept kept,
        Optional<MutualTls> tls) {

    private static final long ENTRY_BYTES = 2_048;

    /// A voter of a cluster that is being formed.
    public record FirstMember(NodeId node, long incarnation, HostPort raft) {}

    /// How soon members give each other, and themselves, up.
    ///
    /// @param electionMin shortest wait for a leader's heartbeat
    /// @param electionMax longest wait for it
    /// @param voters how many there should be while there are nodes for it
    /// @param replaceAfter a voter that has not answered for so long is replaced by a listener;
    ///   zero: the leader changes no members by itself
    /// @param syncLimit a node ends whose disk forces nothing of the log for so long; zero: it
    ///   waits
    public record Quorum(
            Duration electionMin,
            Duration electionMax,
            int voters,
            Duration replaceAfter,
            Duration syncLimit) {
        /// 1.5 s to 3 s, three voters, replaced after a minute, 20 s for the disk.
        public static final Quorum DEFAULT =
                new Quorum(
                        Duration.ofMillis(1_500),
                        Duration.ofSeconds(3),
                        3,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(20));
    }

    /// How much of the past is there.
    ///
    /// @param snapshotEvery log entries between snapshots; fewer if they take more than 2 KiB each
    /// @param entries of the log behind a snapshot, for slow members
    /// @param events newest ones of the cluster's objects, for watchers
    public record Kept(long snapshotEvery, long entries, long events) {
        /// A snapshot each 100 000 entries, 1 000 entries behind it, 1 000 000 events.
        public static final Kept DEFAULT = new Kept(100_000, 1_000, 1_000_000);
    }

    public StateConfig {
        members = List.copyOf(members);
        if (tls.isEmpty() && !bind.isLoopback()) {
            throw new IllegalArgumentException(
                    "Raft does not listen on " + bind.host() + " without TLS");
        }
    }

    /// {@return the default settings}
    public static StateConfig defaults(
            UUID cluster,
            NodeId self,
            long incarnation,
            Path directory,
            HostPort bind,
            List<FirstMember> members,
            Optional<MutualTls> tls) {
        return new StateConfig(
                cluster,
                self,
                incarnation,
                directory,
                bind,
                members,
                Quorum.DEFAULT,
                Kept.DEFAULT,
                tls);
    }

    /// {@return bytes of the log between snapshots}
    public long snapshotBytes() {
        return kept.snapshotEvery * ENTRY_BYTES;
    }

    /// {@return the same with other patience for members and the disk}
    public StateConfig withQuorum(Quorum other) {
        return with(other, kept);
    }

    /// {@return the same with snapshots at other distances, and another stretch of log kept}
    public StateConfig withLog(long between, long entries) {
        return with(quorum, new Kept(between, entries, kept.events));
    }

    /// {@return the same with other voters}
    public StateConfig withVoters(int wanted, Duration patience) {
        return withQuorum(
                new Quorum(
                        quorum.electionMin,
                        quorum.electionMax,
                        wanted,
                        patience,
                        quorum.syncLimit));
    }

    /// {@return the same with other election timeouts}
    public StateConfig withElection(Duration min, Duration max) {
        return withQuorum(
                new Quorum(min, max, quorum.voters, quorum.replaceAfter, quorum.syncLimit));
    }

    private StateConfig with(Quorum patience, Kept past) {
        return new StateConfig(
                cluster, self, incarnation, directory, bind, members, patience, past, tls);
    }
}
