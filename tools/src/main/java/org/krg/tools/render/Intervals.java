// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/// How often a process is checkpointed, in words.
public final class Intervals {
    private Intervals() {}

    /// {@return `every 10s`, `every 2m, the best: …`; `on demand` where nothing is said}
    public static String text(JsonNode interval) {
        if (!interval.isObject()) {
            return "on demand";
        }
        var every = "every " + span(interval, "everySeconds");
        return switch (interval.path("reason").asText()) {
            case "asked" -> every;
            case "first" -> every + " (auto), until the cost of one is measured";
            case "balanced" -> every + " (auto), which loses least: " + found(interval);
            case "shortest" -> every + " (auto), the shortest there is: " + found(interval);
            case "cost" ->
                    every + " (auto), so that they take a tenth of the time: " + found(interval);
            case "longest" -> every + " (auto), the longest there is: " + found(interval);
            default -> every + " (auto): " + found(interval);
        };
    }

    private static String found(JsonNode interval) {
        int measured = interval.path("measured").asInt();
        int losses = interval.path("losses").asInt();
        return "one costs %s (mean of %d), a failure is to be expected once in %s (%d %s)"
                .formatted(
                        Amounts.seconds(interval.path("costSeconds").asDouble()),
                        measured,
                        span(interval, "betweenFailuresSeconds"),
                        losses,
                        losses == 1 ? "loss of a node so far" : "losses of nodes so far");
    }

    private static String span(JsonNode interval, String field) {
        double seconds = interval.path(field).asDouble();
        return seconds < 60
                ? Amounts.seconds(seconds)
                : Amounts.duration(Duration.ofSeconds(Math.round(seconds)));
    }
}
