// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.cluster.EveryNode;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.SegmentHolders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `segment attach-info`
@Command(
        footer = {
            "",
            "Asks every node for its processes that have the segment open or synchronise by it: the pid there, the user, the",
            "hosted process it belongs to (- if none), how often it has the segment open (HANDLES), its threads that synchronise",
            "(SYNC), the pages that it maps and whether it may store there (rw, r-, or r? where the agent may not look), its command.",
            "A process is detached while it is saved or moved, and while its agent starts anew: it maps nothing then.",
            "Only the owner of the segment, root and users with the role root may ask. Exit code 10 if a node did not answer.",
            "",
            "  krg-admin segment attach-info grid",
            "  krg-admin segment attach-info grid -o json"
        })
public final class SegmentAttachments implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentAttachments(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            // One that is not there is said so once, not by each node.
            var known = client.get(ApiPath.of("segments", segment));
            var path = ApiPath.of("segments", known.path("id").asText(), "attached");
            var nodes = EveryNode.ask(client, path);
            var reply = Json.object().put("apiVersion", "krg/v1");
            reply.put("segment", known.path("name").asText()).set("id", known.path("id"));
            reply.set("attached", SegmentHolders.all(nodes));
            reply.set("silent", SegmentHolders.silent(nodes));
            output.print(terminal, reply, () -> SegmentHolders.text(reply, output.hasHeaders()));
            for (var node : reply.path("silent")) {
                terminal.say(
                        "node %s did not answer: %s"
                                .formatted(
                                        node.path("node").asText(), node.path("problem").asText()));
            }
            return EveryNode.exitCode(nodes);
        }
    }
}
