// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.util.List;
import org.krg.state.model.HostPort;

/// The agents that a client asks, and what its user is told where none of them answers.
///
/// @param endpoints in the order in which they are asked; at least one
/// @param why why these; empty where the caller has nothing to say
/// @param remedy what the user can do
public record Agents(List<HostPort> endpoints, String why, String remedy) {
    public Agents {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("a client needs an endpoint");
        }
    }

    /// {@return agents of which the caller knows that they run}
    public static Agents of(List<HostPort> endpoints) {
        return new Agents(endpoints, "", "see that an agent runs there");
    }

    /// {@return the failure where nobody answers}
    ///
    /// @param who whom was asked, and what came of it
    ApiFailure unreachable(String who) {
        var reason = why.isEmpty() ? "" : " (" + why + ")";
        return ApiFailure.unreachable("no agent answers: " + who + reason, remedy);
    }
}
