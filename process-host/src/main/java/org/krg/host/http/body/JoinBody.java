// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.NodeId;

/// The body with which a node asks to be let in, or for another certificate.
public record JoinBody(
        @Nullable String token,
        @Nullable String node,
        @Nullable String request,
        @Nullable List<String> hosts) {
    private static final int MOST_HOSTS = 16;
    private static final String HOST = "[A-Za-z0-9.:_\\[\\]-]{1,253}";

    @Override
    public String toString() {
        return "JoinBody[node=" + node + "]";
    }

    /// {@return the token}
    public String shown() {
        return Values.require("token", token);
    }

    /// {@return the node's name}
    public NodeId id() {
        return Values.node("node", Values.require("node", node));
    }

    /// {@return the request for a certificate, PEM}
    public String signing() {
        return Values.require("request", request);
    }

    /// {@return addresses and names under which the node is reached}
    public List<String> reached() {
        var all = Values.or(hosts, List.<String>of());
        if (all.size() > MOST_HOSTS || !all.stream().allMatch(host -> host.matches(HOST))) {
            throw Bodies.wrong("hosts", "are at most " + MOST_HOSTS + " addresses or names");
        }
        return all;
    }
}
