// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.krg.state.core.MembershipChange.Reassign;
import org.krg.state.core.MembershipChange.Remove;
import org.krg.state.core.MembershipChange.Replace;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;

/// Decides which change of the group's members may be made, and which one the leader makes by
/// itself. The rule behind all: after the change a majority of the voters must be alive and have
/// the log, and so must a majority of the voters before it, since both agree on it.
public final class MembershipRules {
    /// More voters make each write wait for more disks and tolerate no more than two losses.
    public static final int MOST_VOTERS = 7;

    /// A listener further behind would hold the group up until it has caught up.
    public static final long MOST_LAG = 10_000;

    private MembershipRules() {}

    /// {@return why a change is refused and what to do, behind a semicolon; empty if it may be
    /// made}
    public static Optional<String> refusal(List<Peer> peers, MembershipChange change) {
        return switch (change) {
            case Reassign reassign -> refuseReassignment(peers, reassign);
            case Remove(var node) ->
                    find(peers, node).isEmpty()
                            ? Optional.of(
                                    node + " is no member; krg-admin cluster status lists them")
                            : refuseLoss(peers, after(peers, change));
            case Replace(var gone, var by) ->
                    refuseUnlessVoter(peers, gone)
                            .or(() -> refuseUnlessReady(peers, by))
                            .or(() -> refuseLoss(peers, after(peers, change)));
        };
    }

    private static Optional<String> refuseReassignment(List<Peer> peers, Reassign change) {
        var after = after(peers, change);
        return refuseRepetition(change)
                .or(() -> first(change.promoted(), node -> refuseUnlessReady(peers, node)))
                .or(() -> first(change.demoted(), node -> refuseUnlessVoter(peers, node)))
                .or(() -> refuseCrowd(peers, after))
                .or(() -> refuseLoss(peers, after));
    }

    private static Optional<String> refuseRepetition(Reassign change) {
        if (change.promoted().isEmpty() && change.demoted().isEmpty()) {
            return Optional.of("no node is named; name a listener to promote or a voter to demote");
        }
        var named = new TreeSet<NodeId>();
        return Stream.concat(change.promoted().stream(), change.demoted().stream())
                .filter(node -> !named.add(node))
                .findFirst()
                .map(node ->
                        change.promoted().contains(node) && change.demoted().contains(node)
                                ? node + " is to vote and to vote no more; name it once"
                                : node + " is named twice; name it once");
    }

    private static Optional<String> first(
            List<NodeId> nodes, Function<NodeId, Optional<String>> refusal) {
        return nodes.stream().map(refusal).flatMap(Optional::stream).findFirst();
    }

    private static Optional<String> refuseCrowd(List<Peer> before, List<Peer> after) {
        return voters(after) > MOST_VOTERS && voters(after) > voters(before)
                ? Optional.of(
                        "%d voters are more than %d, and each makes every write slower; demote others in the same step"
                                .formatted(voters(after), MOST_VOTERS))
                : Optional.empty();
    }

    private static Optional<String> refuseUnlessReady(List<Peer> peers, NodeId node) {
        var found = find(peers, node);
        if (found.isEmpty()) {
            return Optional.of(node + " is no member; it joins with krg-admin cluster join");
        }
        return found.get().isVoter()
                ? Optional.of(node + " is a voter already; name a listener")
                : refuseUnready(found.get());
    }

    private static Optional<String> refuseUnlessVoter(List<Peer> peers, NodeId node) {
        var found = find(peers, node);
        if (found.isEmpty()) {
            return Optional.of(node + " is no member; krg-admin cluster status lists them");
        }
        return found.get().isVoter()
                ? Optional.empty()
                : Optional.of(node + " is no voter; krg-admin cluster status shows who is");
    }

    private static Optional<String> refuseUnready(Peer listener) {
        if (!listener.alive()) {
            return Optional.of(listener.node() + " does not answer; start its agent first");
        }
        return listener.lag() > MOST_LAG
                ? Optional.of(
                        "%s is %d entries behind; try again when it has caught up"
                                .formatted(listener.node(), listener.lag()))
                : Optional.empty();
    }

    private static Optional<String> refuseLoss(List<Peer> before, List<Peer> after) {
        if (voters(after) == 0) {
            return Optional.of("nobody would vote any more; promote another node first");
        }
        if (!hasMajority(before)) {
            return Optional.of(
                    "%s, so nothing can be agreed on; start the missing agents, or see state restore"
                            .formatted(counted(before)));
        }
        return hasMajority(after)
                ? Optional.empty()
                : Optional.of(
                        "the group would lose its quorum: %s afterwards; bring back or replace the dead voters first"
                                .formatted(counted(after)));
    }

    private static String counted(List<Peer> peers) {
        return "%d of %d voters are alive".formatted(living(peers), voters(peers));
    }

    /// {@return the members after a change}
    public static List<Peer> after(List<Peer> peers, MembershipChange change) {
        return switch (change) {
            case Reassign(var promoted, var demoted) -> reassigned(peers, promoted, demoted);
            case Remove(var node) -> without(peers, node);
            case Replace(var gone, var by) -> withRole(without(peers, gone), by, Role.VOTER);
        };
    }

    private static List<Peer> reassigned(
            List<Peer> peers, List<NodeId> promoted, List<NodeId> demoted) {
        var after = peers;
        for (var node : promoted) {
            after = withRole(after, node, Role.VOTER);
        }
        for (var node : demoted) {
            after = withRole(after, node, Role.LISTENER);
        }
        return after;
    }

    /// {@return the members, of which one has another role}
    static List<Peer> withRole(List<Peer> peers, NodeId node, Role role) {
        return peers.stream()
                .map(peer ->
                        peer.node().equals(node)
                                ? new Peer(node, peer.incarnation(), role, peer.alive(), peer.lag())
                                : peer)
                .toList();
    }

    private static List<Peer> without(List<Peer> peers, NodeId node) {
        return peers.stream().filter(peer -> !peer.node().equals(node)).toList();
    }

    /// {@return the change that the leader makes by itself, if any is called for} Whom an operator
    /// demoted gets no vote while another node can have it; in the place of a dead voter it gets
    /// one, and gives it up as soon as another node can have it.
    ///
    /// @param gone voters that have not answered for so long that they are replaced
    /// @param demoted whom an operator wants not to vote
    /// @param wanted how many voters there should be, while there are nodes for it
    public static Optional<MembershipChange> next(
            List<Peer> peers, List<NodeId> gone, List<NodeId> demoted, int wanted) {
        var candidate = candidate(peers, demoted).map(Peer::node);
        var dead = first(peers, peer -> peer.isVoter() && !peer.alive() && among(gone, peer));
        var change =
                dead.isPresent()
                        ? candidate
                                .or(() -> candidate(peers, List.of()).map(Peer::node))
                                .map(by -> (MembershipChange) new Replace(dead.get(), by))
                        : candidate.flatMap(node -> use(peers, node, demoted, wanted));
        return change.filter(each -> refusal(peers, each).isEmpty());
    }

    private static Optional<MembershipChange> use(
            List<Peer> peers, NodeId node, List<NodeId> demoted, int wanted) {
        var substitute = first(peers, peer -> peer.isVoter() && among(demoted, peer));
        if (substitute.isPresent()) {
            return Optional.of(new Reassign(List.of(node), List.of(substitute.get())));
        }
        return wanted(peers, demoted, wanted) > voters(peers)
                ? Optional.of(MembershipChange.promote(node))
                : Optional.empty();
    }

    private static Optional<NodeId> first(List<Peer> peers, Predicate<Peer> condition) {
        return peers.stream().filter(condition).map(Peer::node).sorted().findFirst();
    }

    private static boolean among(List<NodeId> nodes, Peer peer) {
        return nodes.contains(peer.node());
    }

    /// An even number of voters tolerates no more losses than the odd one below it.
    private static long wanted(List<Peer> peers, List<NodeId> demoted, int wanted) {
        var able =
                peers.stream()
                        .filter(peer -> peer.isVoter() || (isReady(peer) && !among(demoted, peer)))
                        .count();
        var most = Math.min(wanted, able);
        return most % 2 == 0 ? most - 1 : most;
    }

    /// {@return who gets the next vote}
    private static Optional<Peer> candidate(List<Peer> peers, List<NodeId> demoted) {
        return peers.stream()
                .filter(peer -> !peer.isVoter() && isReady(peer) && !among(demoted, peer))
                .min(Comparator.comparingLong(Peer::lag).thenComparing(Peer::node));
    }

    private static boolean isReady(Peer peer) {
        return refuseUnready(peer).isEmpty();
    }

    private static Optional<Peer> find(List<Peer> peers, NodeId node) {
        return peers.stream().filter(peer -> peer.node().equals(node)).findFirst();
    }

    private static long voters(List<Peer> peers) {
        return peers.stream().filter(Peer::isVoter).count();
    }

    private static long living(List<Peer> peers) {
        return peers.stream().filter(peer -> peer.isVoter() && peer.alive()).count();
    }

    /// {@return whether a majority of the voters is alive}
    public static boolean hasMajority(List<Peer> peers) {
        return living(peers) * 2 > voters(peers);
    }
}
