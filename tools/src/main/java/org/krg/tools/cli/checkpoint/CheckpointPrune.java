// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Checkpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `checkpoint prune`
@Command(
        description =
                "Removes what the retention of its job does not keep (run --keep, --keep-for), or, with --keep or"
                        + " --older-than, all but the newest. Those that are pinned stay, and of a process that lives"
                        + " the two newest good ones. What goes is shown; --dry-run only shows it. Ends with 10 if"
                        + " others stay because something moves by them or comes back from them.")
public final class CheckpointPrune implements Callable<Integer> {
    /// Good ones that a process that lives keeps whatever is asked for: the agents hold to it.
    private static final int NEEDED = 2;

    private final Terminal terminal;

    @Parameters(
            paramLabel = "TARGET",
            arity = "0..1",
            description = "a job, JOB/RANK or the number of a process (default: all)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Option(
            names = "--keep",
            paramLabel = "N",
            description =
                    "newest of each process that stay, at least 1, whatever its job says (default: 2 with"
                            + " --older-than)")
    private @Nullable Integer keep;

    @Option(
            names = "--older-than",
            paramLabel = "AGE",
            description = "of the others only those that are older, like 12h")
    private @Nullable Duration olderThan;

    @Option(names = "--dry-run", description = "show what would go, and remove nothing")
    private boolean dryRun;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointPrune(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var path = ApiPath.of("checkpoints");
        try (var client = connection.open(terminal)) {
            var surplus = surplus(client, target.isEmpty() ? path : path.with("target", target));
            var removed = new ArrayList<JsonNode>();
            try {
                for (var it : surplus) {
                    if (dryRun || isRemoved(client, it.path("id").asText())) {
                        removed.add(it);
                    }
                }
            } finally {
                print(removed);
            }
            return removed.size() == surplus.size() ? ExitCode.OK : ExitCode.PARTIAL;
        }
    }

    private void print(List<JsonNode> removed) {
        var reply = Json.object().put("dryRun", dryRun);
        reply.putArray("removed").addAll(removed);
        output.print(
                terminal,
                reply,
                () -> Checkpoints.table(removed, terminal.now(), output.hasHeaders()));
    }

    private List<JsonNode> surplus(ApiClient client, ApiPath path) {
        if (keep == null && olderThan == null) {
            var surplus = new ArrayList<JsonNode>();
            client.get(path.with("surplus", "true")).path("checkpoints").forEach(surplus::add);
            return surplus;
        }
        var most = keep == null ? 2 : Math.max(1, keep);
        var age = olderThan == null ? Duration.ZERO : olderThan;
        var living = living(client.get(ApiPath.of("processes")).path("processes"));
        var checkpoints = client.get(path).path("checkpoints");
        return surplus(checkpoints, living, most, terminal.now().minus(age));
    }

    /// {@return the numbers of the processes of which a rank of their job is not over}
    private static Set<Long> living(JsonNode processes) {
        var jobs = new HashSet<Long>();
        var living = new HashSet<Long>();
        for (var process : processes) {
            if (!process.path("phase").asText().equals("ended")) {
                jobs.add(process.path("jobId").asLong());
            }
        }
        for (var process : processes) {
            if (jobs.contains(process.path("jobId").asLong())) {
                living.add(process.path("id").asLong());
            }
        }
        return living;
    }

    /// {@return whether it is gone} What all ranks of a job have of one number goes with that of
    /// the first.
    private boolean isRemoved(ApiClient client, String id) {
        try {
            client.delete(ApiPath.of("checkpoints", id));
            return true;
        } catch (ApiFailure failure) {
            return switch (failure.exit()) {
                case ExitCode.NOT_FOUND -> true;
                case ExitCode.CONFLICT -> {
                    terminal.say("checkpoint " + id + " stays: " + failure.getMessage());
                    yield false;
                }
                default -> throw failure;
            };
        }
    }

    /// {@return the checkpoints that go, oldest first}
    ///
    /// @param before those taken later stay
    private static List<JsonNode> surplus(
            JsonNode checkpoints, Set<Long> living, int keep, Instant before) {
        var byProcess = new TreeMap<Long, List<JsonNode>>();
        for (var it : checkpoints) {
            byProcess.computeIfAbsent(it.path("process").asLong(), _ -> new ArrayList<>()).add(it);
        }
        var surplus = new ArrayList<JsonNode>();
        for (var own : byProcess.values()) {
            own.sort(Comparator.comparingLong(it -> it.path("number").asLong()));
            var needed = living.contains(own.getFirst().path("process").asLong()) ? NEEDED : 0;
            var good =
                    own.reversed().stream()
                            .filter(it -> it.path("good").asBoolean())
                            .limit(needed)
                            .toList();
            own.subList(0, Math.max(0, own.size() - keep)).stream()
                    .filter(it -> !it.path("pinned").asBoolean() && !good.contains(it))
                    .filter(it -> Instant.parse(it.path("taken").asText()).isBefore(before))
                    .forEach(surplus::add);
        }
        return surplus;
    }
}
