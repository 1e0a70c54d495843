// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.krg.state.model.HostPort;

/// What came of asking one agent.
sealed interface Answer {
    /// The status of an agent that has no memory for a request, nor for saying so in a body.
    int TOO_MANY = 429;

    /// It did what was asked.
    record Done(JsonNode body) implements Answer {}

    /// It refused.
    record Refused(ApiFailure failure) implements Answer {}

    /// The request did not reach it.
    record Unreached(String why) implements Answer {}

    /// The request was sent, and no whole answer came back.
    record Lost(String why) implements Answer {}

    /// {@return the meaning of a reply}
    static Answer of(HostPort from, int status, byte[] body) {
        if (status == TOO_MANY && body.length == 0) {
            return new Refused(
                    new ApiFailure(
                            ApiFailure.FAILED,
                            from + " has no memory for more requests of this user",
                            "try again when some of them are answered",
                            1));
        }
        try {
            var tree = Json.parse(body);
            if (status / 100 == 2 && tree.isObject()) {
                return new Done(tree);
            }
            if (tree.path("error").isObject()) {
                return new Refused(failure(tree.path("error")));
            }
        } catch (IOException notJson) {
            return new Refused(stranger(from, status));
        }
        return new Refused(stranger(from, status));
    }

    private static ApiFailure failure(JsonNode error) {
        return new ApiFailure(
                error.path("code").asText(ApiFailure.FAILED),
                error.path("message").asText("refused without a reason"),
                error.path("remedy").asText(""),
                error.path("exit").asInt(1));
    }

    private static ApiFailure stranger(HostPort from, int status) {
        return new ApiFailure(
                ApiFailure.FAILED,
                from + " answers, but not as an agent of krg does (HTTP status " + status + ")",
                status / 100 == 5
                        ? "start the agent there again if krg was built or replaced while it ran (dev down, dev up); else look which program listens there"
                        : "look which program listens there; krg-admin dev status shows the agents of a dev cluster",
                1);
    }
}
