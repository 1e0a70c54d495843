// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
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
                        + " from another copy. Ends with 11 if anything stays damaged, with 10 if a"
                        + " copy could not be reached.")
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
                verified.add(verify(client, id));
            }
        }
        var reply = Json.object();
        reply.putArray("verified").addAll(verified);
        output.print(terminal, reply, () -> Checkpoints.verified(verified, output.hasHeaders()));
        return exit(verified);
    }

    private JsonNode verify(ApiClient client, String id) {
        var copies = Json.object().put("id", id);
        var told = copies.putArray("copies");
        for (var node : client.get(ApiPath.of("checkpoints", id)).path("copies")) {
            var what = "checkpoint " + id + " on node " + node.asText();
            try (var _ = Progress.of(terminal, "reading " + what)) {
                var path = ApiPath.of("checkpoints", id, "verify").with("node", node.asText());
                told.add(client.post(path, Json.object(), WITHIN));
            }
        }
        return copies;
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
                    case "damaged" -> {
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
