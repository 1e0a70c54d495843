// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Checkpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `checkpoint inspect`
@Command
public final class CheckpointInspect implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "ID", description = "PROCESS.NUMBER, as checkpoint list shows it")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String id = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointInspect(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var checkpoint = client.get(read.of(ApiPath.of("checkpoints", id)));
            var manifest = client.get(read.of(ApiPath.of("checkpoints", id, "manifest")));
            output.print(
                    terminal,
                    merged(checkpoint, manifest),
                    () -> Checkpoints.sheet(checkpoint, manifest, output.hasHeaders()));
        }
        return ExitCode.OK;
    }

    private static JsonNode merged(JsonNode checkpoint, JsonNode manifest) {
        var all = Json.object();
        checkpoint.properties().forEach(field -> all.set(field.getKey(), field.getValue()));
        manifest.properties().forEach(field -> all.putIfAbsent(field.getKey(), field.getValue()));
        return all;
    }
}
