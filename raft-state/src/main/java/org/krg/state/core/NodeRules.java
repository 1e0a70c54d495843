// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.krg.state.command.NodeCommand;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RecordVoters;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.Refusal;
import org.krg.state.event.AccessEvent;
import org.krg.state.event.NodeEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeHistory;
import org.krg.state.model.NodeId;
import org.krg.state.model.NodeOrders;
import org.krg.state.model.Origin;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;

/// Decides about nodes, and about what becomes of their processes when they go.
final class NodeRules {
    /// Nodes of one cluster: ten times what the policy is measured with in one decision.
    static final int MAX_NODES = 10_000;

    /// A longer lease would leave work lying for longer than anybody waits.
    static final Duration MAX_LEASE = Duration.ofDays(1);

    private NodeRules() {}

    static Decision decide(ClusterImage image, NodeCommand command) {
        return switch (command) {
            case RegisterNode register -> register(image, register);
            case DeclareNodeLost lost -> declareLost(image, lost);
            case FenceNode(var id, var at) ->
                    image.nodes()
                            .find(id)
                            .map(node -> fence(image, node, at))
                            .orElseGet(() -> unknown(id));
            case CordonNode(var id, var cordoned) ->
                    image.nodes()
                            .find(id)
                            .map(node -> cordon(node, cordoned))
                            .orElseGet(() -> unknown(id));
            case RecordVoters voters -> record(image, voters);
            case RemoveNode(var id) ->
                    image.nodes()
                            .find(id)
                            .map(node -> remove(image, node))
                            .orElseGet(() -> removeUnregistered(image, id));
        };
    }

    private static Decision register(ClusterImage image, RegisterNode register) {
        var node = register.node();
        var at = register.at();
        if (node.leaseTtl().compareTo(Duration.ZERO) <= 0
                || node.leaseTtl().compareTo(MAX_LEASE) > 0) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "the lease of a node lasts more than nothing and at most one day, not "
                            + node.leaseTtl());
        }
        var known = image.nodes().find(node.id());
        if (known.isEmpty() && image.nodes().size() >= MAX_NODES) {
            return Decision.refuse(
                    Refusal.LIMIT, "there are " + MAX_NODES + " nodes; remove lost ones first");
        }
        var latest = known.map(Node::incarnation).orElse(node.incarnation());
        if (node.incarnation() < latest) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    ("node %s is known with incarnation %s, this is incarnation %s: its "
                                    + "data directory is an old one; give the node an empty one and let it "
                                    + "join again")
                            .formatted(node.id(), latest, node.incarnation()));
        }
        var starts = known.map(Node::agentStarts).orElse(0L) + 1;
        var draft = new Draft(image);
        draft.add(
                new NodeEvent(
                        NodeEvent.Kind.REGISTERED,
                        node.registered(starts, at)
                                .withOrders(known.map(Node::orders).orElse(NodeOrders.NONE))
                                .withHistory(
                                        known.map(past -> history(past, register))
                                                .orElse(NodeHistory.NONE)),
                        "incarnation " + node.incarnation() + ", agent start " + starts));
        known.filter(past -> isLost(past, register))
                .ifPresent(past -> loseStorage(draft, past, at));
        return draft.accept(starts);
    }

    /// A node without its storage has lost what ran there.
    private static NodeHistory history(Node past, RegisterNode register) {
        return isLost(past, register) ? past.lostAt(register.at()) : past.historyAt(register.at());
    }

    /// Whether what the node had of cells and checkpoints is not what it has now. A node that gave
    /// up its log and rows alone still has it: what runs there goes on, and what is missing of it
    /// the node finds out by itself.
    private static boolean isLost(Node past, RegisterNode register) {
        return register.heldSince() > past.incarnation();
    }

    /// Programs may outlive the directory of their cells until their lease is over.
    private static void loseStorage(Draft draft, Node past, Instant at) {
        Recovery.loseCopies(draft, past.id(), "node " + past.id() + " lost its storage");
        interruptAll(
                draft,
                past.id(),
                "its node " + past.id() + " lost its storage",
                at,
                past.leaseTtl().plus(ProcessRules.AFTER_LEASE),
                _ -> true);
    }

    private static Decision declareLost(ClusterImage image, DeclareNodeLost lost) {
        var known = image.nodes().find(lost.node());
        if (known.isEmpty()) {
            return unknown(lost.node());
        }
        var node = known.get();
        if (node.state() == Node.State.LOST) {
            return Decision.refuse(
                    Refusal.CONFLICT, "node " + node.id() + " is known to be lost already");
        }
        if (node.agentStarts() != lost.agentStarts()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "node %s registered again (agent start %s, not %s): it holds a new lease"
                            .formatted(node.id(), node.agentStarts(), lost.agentStarts()));
        }
        var draft = new Draft(image);
        draft.add(
                new NodeEvent(
                        NodeEvent.Kind.LOST,
                        node.inState(Node.State.LOST, lost.at()),
                        "its lease ended"));
        interruptAll(
                draft,
                node.id(),
                "its node " + node.id() + " was lost",
                lost.at(),
                Duration.ZERO,
                process -> isExclusive(image, process));
        return draft.accept();
    }

    private static Decision fence(ClusterImage image, Node node, Instant at) {
        if (node.state() == Node.State.LOST && !hostsAny(image, node.id())) {
            return Decision.accept();
        }
        var draft = new Draft(image);
        draft.add(
                new NodeEvent(
                        NodeEvent.Kind.FENCED,
                        node.inState(Node.State.LOST, at),
                        "an operator vouches that nothing runs there"));
        interruptAll(
                draft,
                node.id(),
                "its node " + node.id() + " was fenced",
                at,
                Duration.ZERO,
                _ -> true);
        return draft.accept();
    }

    private static Decision cordon(Node node, boolean cordoned) {
        if (node.cordoned() == cordoned) {
            return Decision.accept();
        }
        return Decision.accept(
                new NodeEvent(
                        cordoned ? NodeEvent.Kind.CORDONED : NodeEvent.Kind.UNCORDONED,
                        node.cordoned(cordoned),
                        cordoned ? "it gets nothing new to host" : "it may host again"));
    }

    private static Decision record(ClusterImage image, RecordVoters voters) {
        var all = Stream.concat(voters.promoted().stream(), voters.demoted().stream());
        var missing = all.filter(id -> image.nodes().find(id).isEmpty()).findFirst();
        if (missing.isPresent()) {
            return unknown(missing.get());
        }
        var draft = new Draft(image);
        voters.demoted().forEach(id -> demote(draft, id, true));
        voters.promoted().forEach(id -> demote(draft, id, false));
        return draft.accept();
    }

    private static void demote(Draft draft, NodeId id, boolean demoted) {
        var node = draft.image().nodes().require(id);
        if (node.demoted() != demoted) {
            draft.add(
                    new NodeEvent(
                            demoted ? NodeEvent.Kind.DEMOTED : NodeEvent.Kind.PROMOTED,
                            node.demoted(demoted),
                            demoted ? "it is not to vote" : "it may vote"));
        }
    }

    private static Decision remove(ClusterImage image, Node node) {
        if (node.state() != Node.State.LOST) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "node " + node.id() + " is ready; stop its agent or fence it first");
        }
        if (hostsAny(image, node.id())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "node "
                            + node.id()
                            + " is lost but may still run processes; fence it first so "
                            + "that they are started elsewhere");
        }
        var needed =
                image.processes().values().stream()
                        .filter(process -> needs(image, process, node.id()))
                        .findFirst();
        if (needed.isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    ("node %s holds the only copy of what %s waits for; stop that job, or "
                                    + "take it to another checkpoint, first")
                            .formatted(node.id(), Text.of(image, needed.get())));
        }
        var draft = new Draft(image);
        Recovery.loseCopies(draft, node.id(), "node " + node.id() + " was removed");
        CutSegments.loseFiles(draft, node.id());
        draft.add(new NodeEvent(NodeEvent.Kind.REMOVED, node, "an operator removed it"));
        draft.add(revoked(image, node.id(), "the node was removed"));
        return draft.accept();
    }

    private static Decision removeUnregistered(ClusterImage image, NodeId id) {
        return image.access().hasJoined(id)
                ? Decision.accept(revoked(image, id, "it joined and never registered"))
                : unknown(id);
    }

    private static AccessEvent revoked(ClusterImage image, NodeId node, String why) {
        return new AccessEvent.CertificatesRevoked(node, image.nextNumber() - 1, why);
    }

    private static void interruptAll(
            Draft draft,
            NodeId node,
            String reason,
            Instant at,
            Duration pause,
            Predicate<HostedProcess> concerned) {
        for (var process : draft.image().processes().values()) {
            if (isOn(process, node) && concerned.test(process)) {
                var settled = Recovery.settled(process, at);
                draft.add(Recovery.interrupted(draft.image(), settled, reason, at, pause));
            }
        }
    }

    private static boolean hostsAny(ClusterImage image, NodeId node) {
        return image.processes().values().stream().anyMatch(process -> isOn(process, node));
    }

    private static boolean isOn(HostedProcess process, NodeId node) {
        return process.phase().host().filter(node::equals).isPresent();
    }

    private static boolean isExclusive(ClusterImage image, HostedProcess process) {
        return image.jobs().require(process.job()).spec().onPartition() == PartitionPolicy.STOP;
    }

    /// Whether the process can only go on from a generation that `node` alone holds.
    private static boolean needs(ClusterImage image, HostedProcess process, NodeId node) {
        return switch (process.phase()) {
            case Phase.Waiting(Origin.Checkpoint(var number), _, _, _) ->
                    isOnlyOn(image, process, number, node);
            case Phase.Starting(_, Origin.Checkpoint(var number), _) ->
                    isOnlyOn(image, process, number, node);
            case Phase.Waiting _, Phase.Starting _, Phase.Running _, Phase.Ended _ -> false;
        };
    }

    private static boolean isOnlyOn(
            ClusterImage image, HostedProcess process, long number, NodeId node) {
        return image.generationsOf(process.id()).stream()
                .filter(generation -> generation.id().number() == number)
                .anyMatch(generation -> generation.copies().stream().allMatch(node::equals));
    }

    private static Decision unknown(NodeId node) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no node " + node + "; `krg-admin node list` shows those there are");
    }
}
