// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.core.MembershipRules;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;

/// Settings of an agent. Read from a file by the daemon, once; nobody else reads configuration.
///
/// @param home the checkout or installation krg runs from; native programs are in `target/native`
///   below it
/// @param cluster which cluster the node belongs to
/// @param node who the node is
/// @param listen where its services listen and others reach them; every port speaks TLS
/// @param members the voters that form a new cluster; empty for a node that joins one
/// @param join APIs of members of the cluster that a new node joins
/// @param lease how long the node may be silent
/// @param election how soon the quorum replaces a silent leader
/// @param cells the addresses that cells get for their own, the same on all nodes (default
///   10.201.0.0/16, [AddressPool#DEFAULT]); nothing else on the machines may use them
/// @param criu the command to run CRIU; empty: the one in `PATH` or the private prefix
/// @param copies how it looks after the copies of checkpoints
/// @param encryption whether they are encrypted
public record AgentSettings(
        Path home,
        ClusterSettings cluster,
        NodeSettings node,
        NodeAddresses listen,
        List<FirstMember> members,
        List<HostPort> join,
        LeaseSettings lease,
        ElectionSettings election,
        AddressPool cells,
        Optional<Path> criu,
        CopySettings copies,
        EncryptionSettings encryption) {

    /// Which cluster.
    public record ClusterSettings(UUID id, String name) {
        public ClusterSettings {
            require(!name.isBlank(), "cluster.name is not blank");
        }

        /// {@return the network device that takes what is sent to cells that are not connected}
        public String sink() {
            return "krg-" + id.toString().substring(0, 8);
        }
    }

    /// Which node.
    ///
    /// @param data the node's directory, default `/var/lib/krg`
    /// @param dev whether it is one of several on a developer's machine: then, and only then, its
    ///   directory may be under `/tmp`
    /// @param cpuMillis thousandths of a cpu to offer; 0: all the machine has
    /// @param memoryBytes memory to offer; 0: all the machine has
    /// @param segmentBytes memory that pages of segments may take; 0: half of what the machine has
    public record NodeSettings(
            NodeId name,
            Path data,
            boolean dev,
            long cpuMillis,
            long memoryBytes,
            long segmentBytes) {
        public NodeSettings {
            require(data.isAbsolute(), "node.data is an absolute path, not " + data);
            require(
                    dev || !data.startsWith("/tmp"),
                    "node.data is under /tmp, which is emptied; only dev nodes may live there");
            require(cpuMillis >= 0, "node.cpus is not negative");
            require(memoryBytes >= 0, "node.memory is not negative");
            require(segmentBytes >= 0, "node.segments is not negative");
        }
    }

    /// How long a node may be silent.
    ///
    /// @param ttl after which its work goes elsewhere, plus `bound` (default 10 s)
    /// @param renewEvery between two renewals (default 2 s)
    /// @param freezeAfter exclusive cells stand still so long after the last successful renewal was
    ///   sent (default 7 s); an agent's restart fits into it
    /// @param bound what the leader waits beyond `ttl` (default 0.5 s)
    public record LeaseSettings(
            Duration ttl, Duration renewEvery, Duration freezeAfter, Duration bound) {
        /// TTL 10 s, renewed every 2 s, frozen after 7 s, elsewhere at 10.5 s.
        public static final LeaseSettings DEFAULT =
                new LeaseSettings(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(7),
                        Duration.ofMillis(500));

        public LeaseSettings {
            require(renewEvery.isPositive(), "lease.renew is longer than nothing");
            require(
                    renewEvery.multipliedBy(2).compareTo(freezeAfter) <= 0,
                    "lease.freeze is at least twice lease.renew");
            require(
                    freezeAfter.plusSeconds(1).compareTo(ttl) <= 0,
                    "lease.ttl is at least one second longer than lease.freeze: the watchdog needs"
                            + " it to stop a cell");
            require(!bound.isNegative(), "lease.bound is not negative");
        }
    }

    /// How soon the quorum replaces a silent leader, and a voter that is gone.
    ///
    /// @param min shortest wait for the leader's heartbeat (default 1.5 s)
    /// @param max longest wait (default 3 s)
    /// @param voters how many nodes should vote, while there are so many (default 3)
    /// @param replaceAfter a voter that is silent for so long is replaced (default 1 min); zero:
    ///   the leader changes no voters by itself
    /// @param syncLimit a node ends whose disk forces nothing of its log for so long (default 20
    ///   s); zero: it waits
    public record ElectionSettings(
            Duration min, Duration max, int voters, Duration replaceAfter, Duration syncLimit) {
        /// 1.5 s to 3 s, three voters, replaced after a minute, 20 s for the disk.
        public static final ElectionSettings DEFAULT =
                new ElectionSettings(
                        Duration.ofMillis(1_500),
                        Duration.ofSeconds(3),
                        3,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(20));

        public ElectionSettings {
            require(min.isPositive(), "election.min is longer than nothing");
            require(max.compareTo(min) > 0, "election.max is longer than election.min");
            require(
                    voters >= 1 && voters <= MembershipRules.MOST_VOTERS && voters % 2 == 1,
                    "quorum.voters is 1, 3, 5 or 7");
            require(
                    replaceAfter.isZero() || replaceAfter.compareTo(max) > 0,
                    "quorum.replace-after is 0 (never) or longer than election.max");
            require(
                    syncLimit.isZero() || syncLimit.compareTo(Duration.ofSeconds(1)) >= 0,
                    "quorum.sync-limit is 0 (never) or at least one second");
        }
    }

    /// How a node looks after the copies of checkpoints.
    ///
    /// @param scrubEvery how often each of its own is read, to find what a disk has damaged
    ///   (default 7 days); zero: never
    /// @param scrubRate bytes of contents a second that are read, at most, on average (default 1
    ///   MiB)
    /// @param replaceAfter how long a lost node is waited for before copies are made for those that
    ///   it has (default 5 min); zero: for ever
    public record CopySettings(Duration scrubEvery, long scrubRate, Duration replaceAfter) {
        /// Read once a week at 1 MiB/s, replaced after five minutes.
        public static final CopySettings DEFAULT =
                new CopySettings(Duration.ofDays(7), 1 << 20, Duration.ofMinutes(5));

        public CopySettings {
            require(!scrubEvery.isNegative(), "checkpoint.scrub-every is not negative");
            require(
                    scrubRate >= 4096,
                    "checkpoint.scrub-rate is at least 4KiB; checkpoint.scrub-every 0s is never");
            require(!replaceAfter.isNegative(), "checkpoint.replace-after is not negative");
        }

        /// {@return whether they are read at all}
        public boolean isScrubbed() {
            return !scrubEvery.isZero();
        }
    }

    /// Whether the checkpoints that a node keeps are encrypted on its disk.
    ///
    /// @param isOn whether new ones are (default no)
    /// @param keys the file of the keys; empty: `checkpoint.keys` in the node's directory
    public record EncryptionSettings(boolean isOn, Optional<Path> keys) {
        /// In the clear.
        public static final EncryptionSettings DEFAULT =
                new EncryptionSettings(false, Optional.empty());
    }

    public AgentSettings {
        members = List.copyOf(members);
        join = List.copyOf(join);
        require(
                members.isEmpty() != join.isEmpty(),
                "either members (of a new cluster) or join (addresses of a running one) is given");
        var self = node.name();
        for (var address : List.of(listen.api(), listen.raft(), listen.peer())) {
            require(
                    !WILDCARDS.contains(address.host()),
                    "listen.* is also where others reach the node: an address of it, not "
                            + address.host());
        }
        require(
                members.isEmpty() || members.stream().anyMatch(it -> it.node().equals(self)),
                "members names this node, " + self);
    }

    /// Settings of an agent that keeps checkpoints as usual.
    public AgentSettings(
            Path home,
            ClusterSettings cluster,
            NodeSettings node,
            NodeAddresses listen,
            List<FirstMember> members,
            List<HostPort> join,
            LeaseSettings lease,
            ElectionSettings election,
            AddressPool cells,
            Optional<Path> criu) {
        this(
                home,
                cluster,
                node,
                listen,
                members,
                join,
                lease,
                election,
                cells,
                criu,
                CopySettings.DEFAULT,
                EncryptionSettings.DEFAULT);
    }

    /// {@return settings of a node of a new cluster, everything else at its default: ports 7440,
    /// 7441 and 7443 on loopback, data in `/var/lib/krg`}
    public static AgentSettings defaults(
            Path home, ClusterSettings cluster, NodeId node, List<FirstMember> members) {
        return new AgentSettings(
                home,
                cluster,
                new NodeSettings(node, Path.of("/var/lib/krg"), false, 0, 0, 0),
                DEFAULT_LISTEN,
                members,
                List.of(),
                LeaseSettings.DEFAULT,
                ElectionSettings.DEFAULT,
                AddressPool.DEFAULT,
                Optional.empty());
    }

    /// {@return the settings of this node when it joins a cluster that it is no first member of any
    /// more}
    public AgentSettings joining(List<HostPort> apis) {
        return new AgentSettings(
                home,
                cluster,
                node,
                listen,
                List.of(),
                apis,
                lease,
                election,
                cells,
                criu,
                copies,
                encryption);
    }

    /// {@return the same, with the checkpoints that the node keeps encrypted or not}
    public AgentSettings encrypting(EncryptionSettings wanted) {
        return new AgentSettings(
                home, cluster, node, listen, members, join, lease, election, cells, criu, copies,
                wanted);
    }

    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::", "[::]", "*");

    /// API on 7440, Raft on 7441, agents among themselves on 7443.
    public static final NodeAddresses DEFAULT_LISTEN =
            new NodeAddresses(
                    new HostPort("127.0.0.1", 7440),
                    new HostPort("127.0.0.1", 7441),
                    new HostPort("127.0.0.1", 7443));

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
