// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `node drain`
@Command(
        footer = {
            "",
            "The node gets nothing new until krg-admin node uncordon. Ctrl-C stops the draining; moves that began go on.",
            "Exit code 10 when something stays; each is named with its reason."
        })
public final class NodeDrain implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofMinutes(1);

    /// What could not move is tried again after this time.
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            description = "stop trying after so long, default 10m")
    private @Nullable Duration deadline;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "moves at once, default 4",
            defaultValue = "4")
    private int parallel;

    /// What becomes of what cannot move.
    enum Leftover {
        name,
        wait,
        stop
    }

    @Option(
            names = "--leftover",
            paramLabel = "HOW",
            description =
                    "what cannot move: name it and end; wait for it until the deadline; stop it after a checkpoint")
    private Leftover leftover = Leftover.name;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    private final Map<String, String> reasons = new TreeMap<>();
    private final Map<String, Long> againAt = new TreeMap<>();

    public NodeDrain(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var end = Deadline.in(deadline == null ? Duration.ofMinutes(10) : deadline);
        try (var client = connection.open(terminal);
                var _ =
                        Farewell.of(
                                terminal,
                                node + " stays cordoned; krg-admin node drain goes on with it")) {
            client.post(ApiPath.of("nodes", node, "cordon"), Json.object().put("cordoned", true));
            var left = empty(client, end);
            var reply = Json.object().put("node", node);
            var list = reply.putArray("left");
            left.forEach(target ->
                    list.addObject()
                            .put("target", target)
                            .put("reason", reasons.getOrDefault(target, "it is being moved")));
            output.print(terminal, reply, () -> "");
            left.forEach(target ->
                    terminal.say(
                            target
                                    + " stays: "
                                    + reasons.getOrDefault(target, "it is being moved")));
            if (!left.isEmpty()) {
                return ExitCode.PARTIAL;
            }
            terminal.say(
                    "%s hosts nothing and gets nothing; krg-admin node uncordon %s lets it again"
                            .formatted(node, node));
        }
        return ExitCode.OK;
    }

    /// {@return what is still there in the end}
    private List<String> empty(ApiClient client, Deadline end) throws InterruptedException {
        var told = -1;
        while (true) {
            var here = here(client);
            var moving = moving(client);
            if (here.isEmpty() && moving.isEmpty()) {
                return List.of();
            }
            if (here.size() != told) {
                terminal.say(here.size() + " processes are on " + node);
                told = here.size();
            }
            begin(client, here, moving);
            var stuck = moving.isEmpty() && here.stream().allMatch(reasons::containsKey);
            if (stuck && leftover == Leftover.stop) {
                here.forEach(target -> stop(client, target));
            } else if (end.isOver() || (stuck && leftover == Leftover.name)) {
                return here;
            }
            Thread.sleep(PAUSE);
        }
    }

    private void begin(ApiClient client, List<String> here, List<String> moving) {
        var free = parallel - moving.size();
        for (var target : here) {
            var due = againAt.getOrDefault(target, 0L) <= System.nanoTime();
            if (free > 0 && due && !moving.contains(target)) {
                free -= begin(client, target) ? 1 : 0;
            }
        }
    }

    private boolean begin(ApiClient client, String target) {
        try {
            client.post(
                    ApiPath.of("processes", target, "migrations"),
                    Json.object().put("to", "auto"),
                    ANSWER);
            reasons.remove(target);
            return true;
        } catch (ApiFailure refused) {
            reasons.put(target, String.valueOf(refused.getMessage()));
            againAt.put(target, System.nanoTime() + AGAIN.toNanos());
            return false;
        }
    }

    private void stop(ApiClient client, String target) {
        try {
            var taken =
                    client.post(
                            ApiPath.of("processes", target, "checkpoints"),
                            Json.object().put("pinned", true),
                            ANSWER.multipliedBy(10));
            terminal.say(target + " is saved as checkpoint " + taken.path("id").asText());
        } catch (ApiFailure unsaved) {
            terminal.say(target + " cannot be saved: " + unsaved.getMessage());
        }
        var job = target.substring(0, target.lastIndexOf('/'));
        client.post(ApiPath.of("jobs", job, "stop"), Json.object());
        terminal.say(target + " is told to end");
    }

    /// {@return the processes that run on the node, or are about to}
    private List<String> here(ApiClient client) {
        var found = new ArrayList<String>();
        for (var process : client.get(ApiPath.of("processes")).path("processes")) {
            var phase = process.path("phase").asText();
            if (process.path("node").asText().equals(node)
                    && (phase.equals("running") || phase.equals("starting"))) {
                found.add(process.path("target").asText());
            }
        }
        return found;
    }

    private List<String> moving(ApiClient client) {
        var found = new ArrayList<String>();
        for (JsonNode operation : client.get(ApiPath.of("operations")).path("operations")) {
            if (operation.path("active").asBoolean()
                    && operation.path("from").asText().equals(node)) {
                found.add(operation.path("target").asText());
            }
        }
        return found;
    }
}
