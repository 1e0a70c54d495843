// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// Views of placement policies.
public final class Policies {
    private Policies() {}

    /// {@return a line for each version}
    public static String table(Iterable<JsonNode> policies, Instant now, boolean headers) {
        return new Table()
                .left("POLICY", Policies::id)
                .left("DECIDES", it -> it.path("active").asBoolean() ? "yes" : "")
                .left("AUTHOR", it -> it.path("author").asText())
                .right("STORED", it -> Amounts.age(it.path("at").asText(), now))
                .left("ABOUT", it -> Printable.line(it.path("about").asText()))
                .of(policies, headers);
    }

    /// {@return a sentence that says which one decides}
    public static String deciding(JsonNode policies) {
        return "%s decides where processes go; before it %s did"
                .formatted(policies.path("active").asText(), policies.path("previous").asText());
    }

    /// {@return a line for each process: where it is, and where it would go}
    public static String trials(Iterable<JsonNode> trials, boolean headers) {
        return new Table()
                .left("PROCESS", it -> it.path("target").asText())
                .left("NODE", it -> it.path("node").asText("-"))
                .left("WOULD GO TO", it -> it.path("decision").path("chosen").asText("none"))
                .left("SCORES", Policies::scores)
                .of(trials, headers);
    }

    /// {@return for each process a line of what is thought of each node}
    public static String verdicts(Iterable<JsonNode> trials) {
        var text = new StringBuilder();
        for (var trial : trials) {
            var decision = trial.path("decision");
            text.append(
                    "%s would go to %s, by %s%n"
                            .formatted(
                                    trial.path("target").asText(),
                                    decision.path("chosen").asText("no node"),
                                    decision.path("policy").asText()));
            for (var verdict : decision.path("verdicts")) {
                text.append(
                        "  %s %s: %s%n"
                                .formatted(
                                        verdict.path("node").asText(),
                                        score(verdict),
                                        Printable.line(
                                                String.join(
                                                        "; ", Texts.of(verdict.path("reasons"))))));
            }
        }
        return text.toString();
    }

    private static String scores(JsonNode trial) {
        return StreamSupport.stream(trial.path("decision").path("verdicts").spliterator(), false)
                .map(verdict -> verdict.path("node").asText() + " " + score(verdict))
                .collect(Collectors.joining(", "));
    }

    private static String score(JsonNode verdict) {
        return verdict.path("feasible").asBoolean()
                ? String.format(Locale.ROOT, "%.3f", verdict.path("score").asDouble())
                : "out";
    }

    private static String id(JsonNode policy) {
        return policy.path("name").asText() + "@" + policy.path("version").asText();
    }
}
