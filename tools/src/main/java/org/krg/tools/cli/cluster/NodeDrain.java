// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
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
            "Ranks of a parallel job move one after the other, while the others go on.",
            "Exit code 10 when something stays; each is named with its reason."
        })
public final class NodeDrain implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            description = "stop trying after so long (default: 10m)")
    private @Nullable Duration deadline;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "moves at once (default: 4)",
            defaultValue = "4")
    private int parallel;

    @Option(
            names = "--leftover",
            paramLabel = "HOW",
            description =
                    "what cannot move: name it and end; wait for it until the deadline; stop it after a checkpoint, or name it if it cannot be saved")
    private Draining.Leftover leftover = Draining.Leftover.name;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeDrain(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (parallel < 1) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "--parallel " + parallel + " moves nothing",
                    "name how many moves may go on at once, from 1");
        }
        var end = Deadline.in(deadline == null ? Duration.ofMinutes(10) : deadline);
        try (var client = connection.open(terminal);
                var _ =
                        Farewell.of(
                                terminal,
                                node + " stays cordoned; krg-admin node drain goes on with it")) {
            client.post(ApiPath.of("nodes", node, "cordon"), Json.object().put("cordoned", true));
            var left = new Draining(client, terminal, node, parallel, leftover).run(end);
            var reply = Json.object().put("node", node);
            var list = reply.putArray("left");
            left.forEach((target, reason) ->
                    list.addObject().put("target", target).put("reason", reason));
            output.print(terminal, reply, () -> "");
            left.forEach((target, reason) -> terminal.say(target + " stays: " + reason));
            if (!left.isEmpty()) {
                return ExitCode.PARTIAL;
            }
            terminal.say(
                    "%s hosts nothing and gets nothing; krg-admin node uncordon %s lets it again"
                            .formatted(node, node));
        }
        return ExitCode.OK;
    }
}
