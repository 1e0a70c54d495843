// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Checkpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `checkpoint verify`
@Command(
        description =
                "Every chunk of every copy is read and compared with its hash; what is damaged is put right"
                        + " from another copy. Ends with 11 if anything stays damaged or no node has"
                        + " a copy, with 10 if a copy could not be reached. What goes meanwhile is"
                        + " left out with --all.")
public final class CheckpointVerify implements Callable<Integer> {
    /// Gigabytes from a slow disk.
    private static final Duration WITHIN = Duration.ofMinutes(30);

    private final Terminal terminal;

    @Parameters(
            paramLabel = "ID",
            arity = "0..*",
            description = "PROCESS.NUMBER, as checkpoint list shows it")
    private final List<String> ids = new ArrayList<>();

    @Option(names = "--all", description = "every checkpoint there is")
    private boolean all;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointVerify(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (all == !ids.isEmpty()) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "name checkpoints, or say --all",
                    "krg-admin checkpoint list shows them");
        }
        var verified = new ArrayList<JsonNode>();
        try (var client = connection.open(terminal)) {
            for (var id : all ? list(client) : ids) {
                verify(client, id).ifPresent(verified::add);
            }
        } finally {
            var reply = Json.object();
            reply.putArray("verified").addAll(verified);
            output.print(
                    terminal, reply, () -> Checkpoints.verified(verified, output.hasHeaders()));
        }
        return exit(verified);
    }

    private Optional<JsonNode> verify(ApiClient client, String id) {
        var holders = found(() -> client.get(ApiPath.of("checkpoints", id)).path("copies"));
        return holders.map(nodes -> {
            var checkpoint = Json.object().put("id", id);
            var copies = checkpoint.putArray("copies");
            nodes.forEach(
                    node -> found(() -> verify(client, id, node.asText())).ifPresent(copies::add));
            if (nodes.isEmpty()) {
                copies.add(unread(id, "lost", "no node has a copy of it"));
            }
            return checkpoint;
        });
    }

    private JsonNode verify(ApiClient client, String id, String node) {
        var path = ApiPath.of("checkpoints", id, "verify").with("node", node);
        try (var _ =
                Progress.of(terminal, "reading checkpoint %s on node %s".formatted(id, node))) {
            return client.post(path, Json.object(), WITHIN);
        } catch (ApiFailure failure) {
            if (failure.exit() == ExitCode.NOT_FOUND) {
                throw failure;
            }
            return unread(id, "unreachable", String.valueOf(failure.getMessage()))
                    .put("node", node);
        }
    }

    private static ObjectNode unread(String id, String state, String problem) {
        return Json.object()
                .put("id", id)
                .put("state", state)
                .put("chunks", 0)
                .put("repaired", 0)
                .put("problem", problem);
    }

    /// {@return what is asked for; nothing if it was not named but listed, and is gone since}
    private Optional<JsonNode> found(Supplier<JsonNode> asked) {
        try {
            return Optional.of(asked.get());
        } catch (ApiFailure failure) {
            if (all && failure.exit() == ExitCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private static List<String> list(ApiClient client) {
        var checkpoints = client.get(ApiPath.of("checkpoints")).path("checkpoints");
        return StreamSupport.stream(checkpoints.spliterator(), false)
                .map(it -> it.path("id").asText())
                .toList();
    }

    private static int exit(List<JsonNode> verified) {
        var exit = ExitCode.OK;
        for (var checkpoint : verified) {
            for (var copy : checkpoint.path("copies")) {
                switch (copy.path("state").asText()) {
                    case "damaged", "lost" -> {
                        return ExitCode.CORRUPT;
                    }
                    case "unreachable" -> exit = ExitCode.PARTIAL;
                    default -> {}
                }
            }
        }
        return exit;
    }
}
