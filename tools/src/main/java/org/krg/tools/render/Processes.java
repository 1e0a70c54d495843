// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.stream.StreamSupport;

/// Views of processes.
public final class Processes {
    private static final String[] SIGNALS = {
        "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
        "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
        "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
    };

    private Processes() {}

    /// {@return a line for each process; with a column for addresses where any has one of its own}
    public static String table(Iterable<JsonNode> processes, Instant now, boolean headers) {
        var table =
                new Table()
                        .right("ID", it -> it.path("id").asText())
                        .left("TARGET", it -> it.path("target").asText())
                        .left("STATE", Processes::state)
                        .left("NODE", it -> it.path("node").asText());
        if (StreamSupport.stream(processes.spliterator(), false)
                .anyMatch(it -> it.has("address"))) {
            table.left("ADDRESS", it -> it.path("address").asText());
        }
        return table.left("USER", it -> it.path("user").asText())
                .right("CPUS", it -> Amounts.cpus(it.path("cpuMillis").asLong()))
                .right("MEMORY", it -> Amounts.bytes(it.path("memoryBytes").asLong()))
                .right("SINCE", it -> Amounts.age(it.path("since").asText(), now))
                .right("RESTARTS", it -> it.path("restarts").asText())
                .left("CHECKPOINT", it -> checkpoint(it.path("lastCheckpoint"), now))
                .left("COMMAND", it -> Texts.command(it.path("command")))
                .of(processes, headers);
    }

    /// {@return one process in full}
    public static String sheet(JsonNode process, Instant now) {
        return new Sheet()
                .line("process", process.path("id").asText())
                .line("target", process.path("target").asText())
                .line("state", state(process))
                .line("node", process.path("node").asText())
                .line("address", process.path("address").asText())
                .line("user", process.path("user").asText())
                .line("command", Texts.command(process.path("command")))
                .line("since", Amounts.moment(process.path("since").asText()))
                .line("origin", process.path("origin").asText())
                .line("epoch", process.path("epoch").asText())
                .line("restarts", process.path("restarts").asText())
                .line("reason", process.path("reason").asText())
                .line("checkpoints", Intervals.text(process.path("checkpointInterval")))
                .line("last", checkpoint(process.path("lastCheckpoint"), now))
                .toString();
    }

    /// {@return `running`, `frozen`, `exit 0`, `killed by TERM`, …}
    public static String state(JsonNode process) {
        if (process.path("outcome").isObject()) {
            return outcome(process.path("outcome"));
        }
        var phase = process.path("phase").asText();
        var frozen = process.path("frozen").asBoolean() && phase.equals("running");
        return frozen ? "frozen" : phase;
    }

    /// {@return how a process ended, without the reason}
    public static String outcome(JsonNode outcome) {
        return switch (outcome.path("kind").asText()) {
            case "exited" -> "exit " + outcome.path("code").asInt();
            case "signaled" -> "killed by " + signal(outcome.path("signal").asInt());
            case "not-started" -> "not started";
            case "lost" -> "lost";
            case "cancelled" -> "cancelled";
            default -> "ended";
        };
    }

    /// {@return how a process ended, in a sentence's end: `ended with exit 3, cpu 12.1 s, memory 64
    /// MiB at most`}
    public static String ending(JsonNode process) {
        var outcome = process.path("outcome");
        var text = new StringBuilder(outcome(outcome));
        if (!outcome.path("reason").asText().isEmpty()) {
            text.append(": ").append(Printable.line(outcome.path("reason").asText()));
        }
        if (outcome.has("cpuSeconds")) {
            text.append(" (cpu ").append(Amounts.seconds(outcome.path("cpuSeconds").asDouble()));
            text.append(", at most ")
                    .append(Amounts.bytes(outcome.path("maxMemoryBytes").asLong()))
                    .append(" of memory");
            int restarts = process.path("restarts").asInt();
            text.append(restarts == 0 ? "" : ", " + restarts + " restarts").append(')');
        }
        return text.toString();
    }

    private static String signal(int number) {
        return number > 0 && number < SIGNALS.length ? SIGNALS[number] : Integer.toString(number);
    }

    private static String checkpoint(JsonNode last, Instant now) {
        return last.isObject()
                ? last.path("id").asText()
                        + " ("
                        + Amounts.age(last.path("taken").asText(), now)
                        + ")"
                : "";
    }
}
