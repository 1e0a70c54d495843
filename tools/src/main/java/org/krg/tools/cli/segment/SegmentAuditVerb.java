// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.cluster.EveryNode;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.SegmentAudit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `segment audit`
@Command(
        footer = {
            "",
            "Compares the homes and the owners of pages in the log, what each home knows of its pages, what each node says",
            "it has, what its memory has, and what the page tables of its processes allow: one writes a page or many read it, copies",
            "are of one version. Everything is asked three times: what pages on their way make differ is gone the next time, and does not count.",
            "Pages that are lost are named, with whom the log says had them; that is no difference.",
            "Exit code 11 if something differs, 10 if a node did not answer."
        })
public final class SegmentAuditVerb implements Callable<Integer> {
    private static final int ROUNDS = 3;

    private final Terminal terminal;

    @Parameters(paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentAuditVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var known = client.get(ApiPath.of("segments", segment));
            var path = ApiPath.of("segments", known.path("id").asText(), "pages");
            var nodes = EveryNode.ask(client, path);
            var findings = standing(client, path, SegmentAudit.findings(nodes));
            var reply = Json.object().put("apiVersion", "krg/v1");
            reply.put("segment", known.path("name").asText());
            reply.put("pages", SegmentAudit.pages(nodes));
            var list = reply.putArray("findings");
            findings.forEach(list::add);
            var lost = SegmentAudit.lost(nodes);
            var pages = reply.putArray("lost");
            lost.forEach(pages::add);
            var silent = reply.putArray("silent");
            nodes.stream().filter(node -> node.has("problem")).forEach(silent::add);
            output.print(terminal, reply, () -> lines(findings, lost));
            return verdict(reply, nodes, findings);
        }
    }

    private static String lines(SortedSet<String> findings, List<String> lost) {
        return Stream.concat(findings.stream(), lost.stream()).collect(Collectors.joining("\n"));
    }

    private static SortedSet<String> standing(
            ApiClient client, ApiPath path, SortedSet<String> first) {
        var left = new TreeSet<>(first);
        for (var round = 1; round < ROUNDS && !left.isEmpty(); round++) {
            left.retainAll(SegmentAudit.findings(EveryNode.ask(client, path)));
        }
        return left;
    }

    private int verdict(JsonNode reply, List<JsonNode> nodes, SortedSet<String> findings) {
        if (!findings.isEmpty()) {
            terminal.say(
                    "%s findings: this must never happen; keep the logs of all agents"
                            .formatted(findings.size()));
            return ExitCode.CORRUPT;
        }
        var silent = nodes.stream().filter(node -> node.has("problem")).toList();
        terminal.say(
                "nothing differs: %s pages on %s nodes"
                        .formatted(reply.path("pages").asText(), nodes.size() - silent.size()));
        silent.forEach(node ->
                terminal.say(
                        "node %s did not answer: %s"
                                .formatted(
                                        node.path("node").asText(),
                                        node.path("problem").asText())));
        return EveryNode.exitCode(nodes);
    }
}
