// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.LifeCycle;
import org.krg.state.ClusterStore.MembershipRefused;
import org.krg.state.core.MembershipChange;
import org.krg.state.core.MembershipRules;
import org.krg.state.core.MembershipSteps;
import org.krg.state.core.Peer;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostPort;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes who the members are, as the leader and by the [MembershipRules]: when somebody asks, and
/// by itself when a voter is gone for long or there are too few.
final class Membership {
    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final RatisMember member;
    private final RaftServer.Division division;
    private final LeadershipRounds rounds;
    private final Duration silence;
    private final int wanted;
    private final Duration replaceAfter;
    private final Supplier<ClusterImage> image;
    private final Executor executor;
    private final Map<NodeId, Long> silentSince = new HashMap<>();
    private boolean stands = true;

    /// Nodes that are being taken in or wait for it, and the end of the newest change: the group
    /// makes one at a time. Both are guarded by this.
    private final Map<RaftPeerId, CompletableFuture<Void>> admissions = new HashMap<>();

    private CompletableFuture<Void> newest = CompletableFuture.completedFuture(null);

    /// @param silence a member that has not answered for so long is not alive
    /// @param wanted how many voters there should be
    /// @param replaceAfter a voter that is not alive for so long is replaced; zero: never, and
    ///   nobody is promoted either
    /// @param image says whom an operator demoted
    Membership(
            RatisMember member,
            LeadershipRounds rounds,
            Duration silence,
            int wanted,
            Duration replaceAfter,
            Supplier<ClusterImage> image,
            Executor executor) {
        this.member = member;
        this.division = member.division();
        this.rounds = rounds;
        this.silence = silence;
        this.wanted = wanted;
        this.replaceAfter = replaceAfter;
        this.image = image;
        this.executor = executor;
    }

    /// {@return the members as this node, which leads, sees them}
    List<Peer> peers() {
        var answered = rounds.silences();
        var matches = rounds.matchIndexes();
        var last = division.getRaftLog().getNextIndex() - 1;
        var peers = new ArrayList<Peer>();
        for (var role : List.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)) {
            for (var peer : division.getRaftConf().getCurrentPeers(role)) {
                var id = peer.getId();
                var mine = id.equals(division.getId());
                var quiet = answered.getOrDefault(id, Long.MAX_VALUE);
                peers.add(
                        new Peer(
                                RatisMember.nodeOf(id),
                                RatisMember.incarnationOf(id),
                                role == RaftPeerRole.LISTENER ? Role.LISTENER : Role.VOTER,
                                mine || quiet < silence.toMillis(),
                                mine ? 0 : last - matches.getOrDefault(id, -1L)));
            }
        }
        return peers;
    }

    /// Makes a change, or fails with [MembershipRefused]. A leader that has no vote afterwards has
    /// handed the leadership over by then, or does so later.
    synchronized CompletableFuture<Void> change(MembershipChange change) {
        var before = peers();
        var refusal = refusal(before, change);
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(new MembershipRefused(refusal.get()));
        }
        log.info("members change change={}", change);
        newest =
                walk(MembershipRules.after(before, change), change)
                        .thenComposeAsync(_ -> handOver(), executor);
        return newest.copy();
    }

    /// Goes on from step to step until the members are the wanted ones.
    private CompletableFuture<Void> walk(List<Peer> wanted, MembershipChange change) {
        var now = peers();
        if (MembershipSteps.isReached(now, wanted)) {
            return CompletableFuture.completedFuture(null);
        }
        var next = MembershipSteps.next(now, wanted);
        if (!MembershipRules.hasMajority(next)) {
            return interrupted("nodes fell silent");
        }
        return set(next, String.valueOf(change))
                .thenComposeAsync(
                        _ ->
                                MembershipSteps.isReached(peers(), next)
                                        ? walk(wanted, change)
                                        : interrupted("another leader changed the members"),
                        executor);
    }

    private static CompletableFuture<Void> interrupted(String why) {
        return CompletableFuture.failedFuture(
                new MembershipRefused(
                        why + " meanwhile; krg-admin cluster status shows who votes"));
    }

    /// A leader without a vote leads until the change that took it is agreed, and no longer
    /// (Ongaro, 4.2.2). Before the change there may be nobody to hand over to who stays.
    private CompletableFuture<Void> handOver() {
        var listens =
                division.getRaftConf().getCurrentPeers(RaftPeerRole.LISTENER).stream()
                        .anyMatch(peer -> peer.getId().equals(division.getId()));
        if (!listens || !division.getInfo().isLeaderReady()) {
            return CompletableFuture.completedFuture(null);
        }
        return transferLeadership(Optional.empty())
                .exceptionally(failed -> {
                    log.warn("the leadership stays where no vote is; tried again", failed);
                    return null;
                });
    }

    /// {@return why a change would be refused}
    Optional<String> refusal(MembershipChange change) {
        return refusal(peers(), change);
    }

    private synchronized Optional<String> refusal(List<Peer> peers, MembershipChange change) {
        if (!newest.isDone()) {
            return Optional.of(
                    "another change of the members is under way; ask again when it is done");
        }
        return division.getInfo().isLeaderReady()
                ? MembershipRules.refusal(peers, change).or(() -> refuseOwnLeave(peers, change))
                : Optional.of("this node does not lead; ask again");
    }

    /// Ratis closes a leader that is no member any more, with what it was asked for and has not
    /// answered.
    private Optional<String> refuseOwnLeave(List<Peer> peers, MembershipChange change) {
        var self = RatisMember.nodeOf(division.getId());
        return MembershipRules.after(peers, change).stream()
                        .anyMatch(peer -> peer.node().equals(self))
                ? Optional.empty()
                : Optional.of(
                        self
                                + " leads; have another node lead first, with krg-admin node"
                                + " transfer-leader");
    }

    private CompletableFuture<Void> set(List<Peer> after, String what) {
        var addresses = new HashMap<NodeId, RaftPeer>();
        division.getRaftConf()
                .getAllPeers()
                .forEach(peer -> addresses.put(RatisMember.nodeOf(peer.getId()), peer));
        division.getRaftConf()
                .getAllPeers(RaftPeerRole.LISTENER)
                .forEach(peer -> addresses.put(RatisMember.nodeOf(peer.getId()), peer));
        var voters = new ArrayList<RaftPeer>();
        var listeners = new ArrayList<RaftPeer>();
        for (var peer : after) {
            var known = addresses.get(peer.node());
            if (known != null) {
                (peer.role() == Role.VOTER ? voters : listeners).add(as(known, peer.role()));
            }
        }
        return member.setConfiguration(voters, listeners, what);
    }

    /// Adds a node, which listens already, when the changes before it are made. Other incarnations
    /// of it leave in the same step, and it has the vote that one of them had. Asking again while
    /// it is given the state, which may take minutes, is answered by the same end.
    synchronized CompletableFuture<Void> admit(RaftPeerId id, HostPort address, Role role) {
        var known = admissions.get(id);
        if (known != null && !known.isDone()) {
            return known.copy();
        }
        // Not on the thread of the leader that ends the change before it: that one would wait for
        // itself.
        newest =
                newest.exceptionally(_ -> null)
                        .thenComposeAsync(_ -> takeIn(id, address, role), executor);
        admissions.values().removeIf(CompletableFuture::isDone);
        admissions.put(id, newest);
        return newest.copy();
    }

    private CompletableFuture<Void> takeIn(RaftPeerId id, HostPort address, Role role) {
        var conf = division.getRaftConf();
        var voters = new ArrayList<>(conf.getCurrentPeers(RaftPeerRole.FOLLOWER));
        var listeners = new ArrayList<>(conf.getCurrentPeers(RaftPeerRole.LISTENER));
        var node = RatisMember.nodeOf(id);
        var voted = voters.removeIf(each -> RatisMember.nodeOf(each.getId()).equals(node));
        listeners.removeIf(each -> RatisMember.nodeOf(each.getId()).equals(node));
        var part = voted ? Role.VOTER : role;
        (part == Role.VOTER ? voters : listeners).add(RatisMember.peer(id, address, part));
        return member.setConfiguration(voters, listeners, id + " as " + part);
    }

    private static RaftPeer as(RaftPeer peer, Role role) {
        return RatisMember.peer(peer.getId(), HostPort.parse(peer.getAddress()), role);
    }

    /// Hands the leadership to another voter that has the log, or to any.
    CompletableFuture<Void> transferLeadership(Optional<NodeId> to) {
        if (!division.getInfo().isLeaderReady()) {
            return CompletableFuture.failedFuture(
                    new MembershipRefused("this node does not lead; ask again"));
        }
        var self = RatisMember.nodeOf(division.getId());
        var able =
                peers().stream()
                        .filter(peer -> peer.role() == Role.VOTER && peer.alive())
                        .filter(peer -> !peer.node().equals(self))
                        .toList();
        var chosen =
                able.stream()
                        .filter(peer -> to.isEmpty() || peer.node().equals(to.get()))
                        .min(Comparator.comparingLong(Peer::lag));
        if (to.filter(self::equals).isPresent()) {
            return CompletableFuture.completedFuture(null);
        }
        if (chosen.isEmpty()) {
            return CompletableFuture.failedFuture(
                    new MembershipRefused(
                            to.map(node -> node + " is no voter that is alive")
                                            .orElse("there is no other voter that is alive")
                                    + "; krg-admin cluster status shows the members"));
        }
        var peer = RatisMember.peerId(chosen.get().node(), chosen.get().incarnation());
        return member.transferLeadership(Optional.of(peer), silence);
    }

    /// Makes a change that is called for, one at a time. Called from time to time by one thread.
    void look() {
        stand();
        handOverAgain();
        if (replaceAfter.isZero() || !division.getInfo().isLeaderReady()) {
            silentSince.clear();
            return;
        }
        var now = System.nanoTime();
        var gone = new ArrayList<NodeId>();
        for (var peer : peers()) {
            if (peer.alive()) {
                silentSince.remove(peer.node());
            } else if (now - silentSince.computeIfAbsent(peer.node(), _ -> now)
                    > replaceAfter.toNanos()) {
                gone.add(peer.node());
            }
        }
        if (isIdle()) {
            MembershipRules.next(peers(), gone, demoted(), wanted).ifPresent(this::byItself);
        }
    }

    private List<NodeId> demoted() {
        return image.get().nodes().values().stream().filter(Node::demoted).map(Node::id).toList();
    }

    private synchronized boolean isIdle() {
        return newest.isDone();
    }

    private synchronized void handOverAgain() {
        if (newest.isDone()) {
            newest = handOver();
        }
    }

    /// A voter that was made a listener is a follower to Ratis until it starts again: it would
    /// stand for election, find that it may not, and end. One that did not vote since it started
    /// stands for none, and can lead as soon as it votes.
    private void stand() {
        var info = division.getInfo();
        var may =
                info.isListener()
                        || info.getLifeCycleState() == LifeCycle.State.STARTING
                        || division.getRaftConf().getCurrentPeers().stream()
                                .anyMatch(peer -> peer.getId().equals(division.getId()));
        if (may != stands && info.isAlive()) {
            member.letStand(may);
            stands = may;
        }
    }

    private void byItself(MembershipChange change) {
        var _ =
                change(change)
                        .whenComplete((_, failed) -> {
                            if (failed != null) {
                                log.warn("members were not changed change={}", change, failed);
                            }
                        });
    }
}
