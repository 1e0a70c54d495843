// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;
import java.time.Instant;

/// A machine that runs an agent.
///
/// @param incarnation one more each time the node's log and rows were lost or left behind; its Raft
///   peer id is `name.incarnation`
/// @param agentStarts one more at each registration, so that a restart of the agent is seen
/// @param leaseTtl how long the node may be silent before its exclusive processes go elsewhere
/// @param since when `state` was reached
/// @param history up to `since`
public record Node(
        NodeId id,
        long incarnation,
        long agentStarts,
        Role role,
        NodeAddresses addresses,
        Resources capacity,
        Capabilities capabilities,
        Duration leaseTtl,
        State state,
        Instant since,
        NodeOrders orders,
        NodeHistory history) {

    /// Whether a node can be counted on.
    public enum State {
        /// Holds its lease.
        READY,
        /// Its lease ended; it must register again before it hosts anything.
        LOST
    }

    /// A new node, which may get something to host.
    public Node(
            NodeId id,
            long incarnation,
            long agentStarts,
            Role role,
            NodeAddresses addresses,
            Resources capacity,
            Capabilities capabilities,
            Duration leaseTtl,
            State state,
            Instant since) {
        this(
                id,
                incarnation,
                agentStarts,
                role,
                addresses,
                capacity,
                capabilities,
                leaseTtl,
                state,
                since,
                NodeOrders.NONE,
                NodeHistory.NONE);
    }

    /// {@return whether it gets nothing new to host}
    public boolean cordoned() {
        return orders.cordoned();
    }

    /// {@return whether an operator wants it not to vote}
    public boolean demoted() {
        return orders.demoted();
    }

    /// {@return this node, which gets nothing new to host if `closed`}
    public Node cordoned(boolean closed) {
        return withOrders(new NodeOrders(closed, orders.demoted()));
    }

    /// {@return this node, which is not to vote if `listening`}
    public Node demoted(boolean listening) {
        return withOrders(new NodeOrders(orders.cordoned(), listening));
    }

    /// {@return this node with other orders}
    public Node withOrders(NodeOrders given) {
        return new Node(
                id,
                incarnation,
                agentStarts,
                role,
                addresses,
                capacity,
                capabilities,
                leaseTtl,
                state,
                since,
                given,
                history);
    }

    /// {@return the name of this incarnation in the Raft group}
    public String peerId() {
        return id + "." + incarnation;
    }

    /// {@return this node as its agent's `starts`-th registration makes it}
    public Node registered(long starts, Instant at) {
        return new Node(
                id,
                incarnation,
                starts,
                role,
                addresses,
                capacity,
                capabilities,
                leaseTtl,
                State.READY,
                at,
                orders,
                history);
    }

    /// {@return this node in another state}
    public Node inState(State next, Instant at) {
        return new Node(
                id,
                incarnation,
                agentStarts,
                role,
                addresses,
                capacity,
                capabilities,
                leaseTtl,
                next,
                at,
                orders,
                next == State.LOST ? lostAt(at) : historyAt(at));
    }

    /// {@return this node with what is known of its past}
    public Node withHistory(NodeHistory past) {
        return new Node(
                id,
                incarnation,
                agentStarts,
                role,
                addresses,
                capacity,
                capabilities,
                leaseTtl,
                state,
                since,
                orders,
                past);
    }

    /// {@return its history up to a moment}
    public NodeHistory historyAt(Instant at) {
        return state == State.READY ? history.afterServing(Duration.between(since, at)) : history;
    }

    /// {@return its history if it is lost at a moment; nothing is added to that of a lost one}
    public NodeHistory lostAt(Instant at) {
        return state == State.READY ? historyAt(at).afterLoss() : history;
    }
}
