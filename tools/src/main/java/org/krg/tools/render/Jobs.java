// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// Views of jobs.
public final class Jobs {
    private Jobs() {}

    /// {@return a line for each job}
    public static String table(Iterable<JsonNode> jobs, Instant now, boolean headers) {
        return new Table()
                .right("ID", it -> it.path("id").asText())
                .left("JOB", it -> it.path("name").asText())
                .left("STATE", Jobs::state)
                .left("NODES", Jobs::nodes)
                .left("OWNER", it -> it.path("owner").asText())
                .right("SUBMITTED", it -> Amounts.age(it.path("submitted").asText(), now))
                .left("COMMAND", it -> Texts.command(it.path("command")))
                .of(jobs, headers);
    }

    /// {@return one job in full, with its processes}
    public static String sheet(JsonNode job, Instant now, boolean headers) {
        var spec = job.path("spec");
        var sheet =
                new Sheet()
                        .line(
                                "job",
                                job.path("name").asText() + " (" + job.path("id").asText() + ")")
                        .line("state", state(job))
                        .line("command", Texts.command(job.path("command")))
                        .line("executable", spec.path("executable").asText())
                        .line("directory", spec.path("workingDirectory").asText())
                        .line("runs as", spec.path("user").asText())
                        .line(
                                "submitted",
                                Amounts.moment(job.path("submitted").asText())
                                        + " by "
                                        + job.path("owner").asText())
                        .line("reserves", amounts(spec))
                        .line("limits", limits(spec.path("limits")))
                        .line("restart", restart(spec.path("restart")))
                        .line("recovery", spec.path("recovery").asText())
                        .line("checkpoints", checkpoints(spec.path("checkpoint")))
                        .line("on partition", spec.path("onPartition").asText())
                        .line("only on", String.join(" ", Texts.of(spec.path("onlyOn"))));
        return sheet + "\n" + Processes.table(job.path("processes"), now, headers);
    }

    /// {@return why a job is where it is, or waits}
    public static String explanation(JsonNode job) {
        var text = new StringBuilder();
        Texts.of(job.path("explanation"))
                .forEach(sentence -> text.append(Printable.line(sentence)).append('\n'));
        return text.toString();
    }

    private static String state(JsonNode job) {
        var state = job.path("state").asText();
        var code = job.path("exitCode");
        return code.isNumber() && code.asInt() != 0 ? state + ", exit " + code.asInt() : state;
    }

    private static String nodes(JsonNode job) {
        return StreamSupport.stream(job.path("processes").spliterator(), false)
                .map(process -> process.path("node").asText())
                .filter(node -> !node.isEmpty())
                .distinct()
                .collect(Collectors.joining(" "));
    }

    private static String amounts(JsonNode spec) {
        return "%s cpu, %s"
                .formatted(
                        Amounts.cpus(spec.path("cpuMillis").asLong()),
                        Amounts.bytes(spec.path("memoryBytes").asLong()));
    }

    private static String limits(JsonNode limits) {
        var parts = new ArrayList<String>();
        if (limits.path("cpuMillis").asLong() > 0) {
            parts.add(Amounts.cpus(limits.path("cpuMillis").asLong()) + " cpu");
        }
        if (limits.path("memoryBytes").asLong() > 0) {
            parts.add(Amounts.bytes(limits.path("memoryBytes").asLong()));
        }
        if (limits.path("processes").asLong() > 0) {
            parts.add(limits.path("processes").asLong() + " processes");
        }
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }

    private static String restart(JsonNode restart) {
        var when = restart.path("when").asText();
        if (when.equals("never")) {
            return when;
        }
        int most = restart.path("max").asInt();
        return when
                + (most == Integer.MAX_VALUE ? "" : ", at most " + most)
                + ", after "
                + Amounts.seconds(restart.path("backOffSeconds").asDouble());
    }

    private static String checkpoints(JsonNode policy) {
        var engine = policy.path("engine").asText();
        if (engine.equals("restart")) {
            return "none: starts again from the beginning (engine restart)";
        }
        double every = policy.path("everySeconds").asDouble();
        return "%s, engine %s, %d copies, the last %d kept, files up to %s"
                        .formatted(
                                every == 0 ? "on demand" : "every " + rhythm(every),
                                engine,
                                policy.path("copies").asInt(),
                                policy.path("keep").asInt(),
                                Amounts.bytes(policy.path("fileLimitBytes").asLong()))
                + (policy.has("ownDirectory")
                        ? ", with all of " + policy.path("ownDirectory").asText()
                        : "");
    }

    private static String rhythm(double seconds) {
        return seconds < 60
                ? Amounts.seconds(seconds)
                : Amounts.duration(Duration.ofSeconds(Math.round(seconds)));
    }
}
