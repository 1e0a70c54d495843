// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.jspecify.annotations.Nullable;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;

/// The body with which an agent asks to be a member of the Raft group.
public record MemberBody(
        @Nullable String node,
        @Nullable String peerId,
        @Nullable String raft,
        @Nullable String role) {
    /// {@return the node's name}
    public NodeId id() {
        return Values.node("node", Values.require("node", node));
    }

    /// {@return its name in the group: the node's and the number of its incarnation}
    public String peer() {
        var peer = Values.require("peerId", peerId);
        if (!peer.matches(id() + "\\.[0-9]{1,18}")) {
            throw Bodies.wrong("peerId", "is " + id() + ".N, not " + peer);
        }
        return peer;
    }

    /// {@return where it serves Raft}
    public HostPort address() {
        try {
            return HostPort.parse(Values.require("raft", raft));
        } catch (IllegalArgumentException malformed) {
            throw Bodies.wrong("raft", String.valueOf(malformed.getMessage()));
        }
    }

    /// {@return its part, a listener's where nothing is said}
    public Role part() {
        return Values.constant("role", role, Role.LISTENER);
    }
}
