// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Locale;

/// Views of operations, and of what is in the way of one.
public final class Operations {
    private Operations() {}

    /// {@return a line for each operation}
    public static String table(Iterable<JsonNode> operations, Instant now, boolean headers) {
        return new Table()
                .right("ID", it -> it.path("id").asText())
                .left("KIND", it -> it.path("kind").asText())
                .left("TARGET", Operations::target)
                .left("FROM", it -> it.path("from").asText())
                .left("TO", it -> it.path("to").asText())
                .left("STEP", it -> it.path("step").asText())
                .right("AGE", it -> Amounts.age(it.path("started").asText(), now))
                .right("AHEAD", it -> Amounts.bytes(it.path("warmBytes").asLong()))
                .right("LAST", it -> Amounts.bytes(it.path("lastBytes").asLong()))
                .right("DOWNTIME", Operations::downtime)
                .left("REASON", it -> it.path("reason").asText())
                .of(operations, headers);
    }

    /// {@return a line for each obstacle, with its remedy}
    public static String obstacles(Iterable<JsonNode> obstacles, boolean headers) {
        return new Table()
                .left("WHERE", it -> it.path("where").asText())
                .left("WHAT", it -> it.path("what").asText())
                .left("REMEDY", it -> it.path("remedy").asText())
                .of(obstacles, headers);
    }

    /// {@return what an operation that is over has cost, or why it was given up; a sentence}
    public static String outcome(JsonNode operation) {
        var what =
                "%s from %s to %s"
                        .formatted(
                                target(operation),
                                operation.path("from").asText(),
                                operation.path("to").asText());
        if (operation.path("step").asText().equals("moved")) {
            return "moved %s: it stood still for %s of %s; %s were sent %s and %s meanwhile"
                    .formatted(
                            what,
                            downtime(operation),
                            seconds(operation.path("tookSeconds").asDouble()),
                            Amounts.bytes(operation.path("warmBytes").asLong()),
                            operation.path("mode").asText().equals("post-copy")
                                    ? "while it ran"
                                    : "ahead",
                            Amounts.bytes(operation.path("lastBytes").asLong()));
        }
        return "did not move %s: %s".formatted(what, operation.path("reason").asText());
    }

    /// {@return what is going on, for people who wait}
    public static String progress(JsonNode operation) {
        var left = operation.path("wholeBytes").asLong() - operation.path("sentBytes").asLong();
        var bytes =
                operation.has("wholeBytes")
                        ? ", at most %s left".formatted(Amounts.bytes(Math.max(0, left)))
                        : "";
        return switch (operation.path("step").asText()) {
            case "warming" -> "sending memory ahead while it runs" + bytes;
            case "leaving" -> "stopped, being saved" + bytes;
            case "arriving" -> "being brought back there";
            case "resuming" -> "about to run there";
            case "pulling" -> "running there, its memory follows" + bytes;
            default -> operation.path("step").asText();
        };
    }

    private static String target(JsonNode operation) {
        return operation.path("target").asText("process " + operation.path("process").asText());
    }

    private static String downtime(JsonNode operation) {
        return operation.has("downtimeSeconds")
                ? Math.round(operation.path("downtimeSeconds").asDouble() * 1000) + " ms"
                : "";
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
