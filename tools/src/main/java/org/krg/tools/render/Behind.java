// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// How much older the copies of the state are than the leader's. Both moments are the leader's own,
/// from the log: clocks of nodes that differ do not matter, and nobody is behind while nothing is
/// written.
public final class Behind {
    private Behind() {}

    /// Adds `behindMillis` to each copy of which it is known: not before a node has applied an
    /// entry since its start.
    ///
    /// @param copies the nodes' answers, with `node leader term appliedTime`
    public static void add(List<JsonNode> copies) {
        var newest =
                copies.stream()
                        .filter(copy -> copy.path("leader").asText().equals(name(copy)))
                        .max(Comparator.comparingLong(copy -> copy.path("term").asLong()))
                        .flatMap(Behind::time);
        for (var copy : copies) {
            var time = time(copy);
            if (newest.isPresent() && time.isPresent() && copy instanceof ObjectNode object) {
                var behind = Duration.between(time.get(), newest.get()).toMillis();
                // A copy that was asked later may be the newer one.
                object.put("behindMillis", Math.max(0, behind));
            }
        }
    }

    private static String name(JsonNode copy) {
        return copy.path("node").asText();
    }

    private static Optional<Instant> time(JsonNode copy) {
        return copy.has("appliedTime")
                ? Optional.of(Instant.parse(copy.path("appliedTime").asText()))
                : Optional.empty();
    }
}
