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
/// @param electionTimeoutMin shortest wait for a leader's heartbeat (default 1.5 s)
/// @param electionTimeoutMax longest wait for it (default 3 s)
/// @param snapshotEvery log entries between snapshots (default 100 000); fewer if they take more
///   than 2 KiB each
/// @param logKept log entries kept behind a snapshot for slow members (default 1000)
/// @param eventsKept newest events of the cluster's objects that are kept for watchers (default 1
///   000 000)
/// @param voters how many there should be while there are nodes for it (default 3)
/// @param replaceAfter a voter that has not answered for so long is replaced by a listener (default
///   1 minute); zero: the leader changes no members by itself
/// @param syncLimit a node ends whose disk forces nothing of the log for so long (default 20 s);
///   zero: it waits
/// @param tls how nodes prove who they are; without it Raft stays on loopback
public record StateConfig(
        UUID cluster,
        NodeId self,
        long incarnation,
        Path directory,
        HostPort bind,
        List<FirstMember> members,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        long snapshotEvery,
        long logKept,
        long eventsKept,
        Optional<MutualTls> tls,
        int voters,
        Duration replaceAfter,
        Duration syncLimit) {

    private static final long ENTRY_BYTES = 2_048;

    /// A voter of a cluster that is being formed.
    public record FirstMember(NodeId node, long incarnation, HostPort raft) {}

    public StateConfig {
        members = List.copyOf(members);
        if (tls.isEmpty() && !isLoopback(bind.host())) {
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
            List<FirstMember> members) {
        return new StateConfig(
                cluster,
                self,
                incarnation,
                directory,
                bind,
                members,
                Duration.ofMillis(1_500),
                Duration.ofSeconds(3),
                100_000,
                1_000,
                1_000_000,
                Optional.empty(),
                3,
                Duration.ofMinutes(1),
                Duration.ofSeconds(20));
    }

    /// {@return bytes of the log between snapshots}
    public long snapshotBytes() {
        return snapshotEvery * ENTRY_BYTES;
    }

    /// {@return the same with snapshots at other distances, and another stretch of log kept}
    public StateConfig withLog(long between, long kept) {
        return new StateConfig(
                cluster,
                self,
                incarnation,
                directory,
                bind,
                members,
                electionTimeoutMin,
                electionTimeoutMax,
                between,
                kept,
                eventsKept,
                tls,
                voters,
                replaceAfter,
                syncLimit);
    }

    /// {@return the same with other voters}
    public StateConfig withVoters(int wanted, Duration patience) {
        return new StateConfig(
                cluster,
                self,
                incarnation,
                directory,
                bind,
                members,
                electionTimeoutMin,
                electionTimeoutMax,
                snapshotEvery,
                logKept,
                eventsKept,
                tls,
                wanted,
                patience,
                syncLimit);
    }

    /// {@return the same with other election timeouts}
    public StateConfig withElection(Duration min, Duration max) {
        return new StateConfig(
                cluster,
                self,
                incarnation,
                directory,
                bind,
                members,
                min,
                max,
                snapshotEvery,
                logKept,
                eventsKept,
                tls,
                voters,
                replaceAfter,
                syncLimit);
    }

    /// {@return the same with another patience for the disk}
    public StateConfig withSyncLimit(Duration limit) {
        return new StateConfig(
                cluster,
                self,
                incarnation,
                directory,
                bind,
                members,
                electionTimeoutMin,
                electionTimeoutMax,
                snapshotEvery,
                logKept,
                eventsKept,
                tls,
                voters,
                replaceAfter,
                limit);
    }

    /// {@return the same with TLS on the Raft port}
    public StateConfig withTls(MutualTls mutual) {
        return new StateConfig(
                cluster,
                self,
                incarnation,
                directory,
                bind,
                members,
                electionTimeoutMin,
                electionTimeoutMax,
                snapshotEvery,
                logKept,
                eventsKept,
                Optional.of(mutual),
                voters,
                replaceAfter,
                syncLimit);
    }

    /// A name is resolved by whoever listens, and might turn into any address: only `localhost`
    /// counts.
    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
