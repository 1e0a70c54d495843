// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.cluster.EveryNode;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.SegmentUse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `segment stats`
@Command(
        footer = {
            "",
            "Of every node, since the segment was opened there: faults by kind and how long threads stood still,",
            "pages that came ahead of their reader, pages that came to be written when they were read (PROMOTED) and how",
            "many of these nobody wrote (IN VAIN), copies given up for a writer elsewhere, bytes of pages.",
            "A hot page that several nodes write is carried to and fro: give what each of them writes pages of its own.",
            "Exit code 10 if a node did not answer."
        })
public final class SegmentStats implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Option(
            names = "--pages",
            defaultValue = "10",
            paramLabel = "N",
            description = "hottest pages to name (${DEFAULT-VALUE})")
    private int pages;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentStats(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            // One that is not there is said so once, not by each node.
            var known = client.get(ApiPath.of("segments", segment));
            var path = ApiPath.of("segments", known.path("id").asText(), "pages");
            var nodes = EveryNode.ask(client, path);
            var reply = Json.object().put("apiVersion", "krg/v1");
            reply.put("segment", known.path("name").asText());
            reply.set("hottest", SegmentUse.hottest(nodes, pages));
            for (var node : nodes) {
                reply.withArray("nodes").add(SegmentUse.ofNode(node));
            }
            output.print(terminal, reply, () -> SegmentUse.text(reply, output.hasHeaders()));
            return EveryNode.exitCode(nodes);
        }
    }
}
