// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Sheet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `auth`
@Command(
        footer = {
            "",
            "Until permissions count only root is let in. From then on users do with keys what their roles allow, and with jobs what is theirs.",
            "",
            "  krg-admin user add root",
            "  krg-admin user grant-role root root",
            "  krg-admin auth enable"
        })
public final class Auth implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "ACT",
            description = "enable, disable or status",
            defaultValue = "status")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String act = "status";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Auth(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var path = ApiPath.of("auth");
            var reply =
                    switch (act) {
                        case "status" -> client.get(path);
                        case "enable" -> client.post(path, Json.object().put("enabled", true));
                        case "disable" -> client.post(path, Json.object().put("enabled", false));
                        default ->
                                throw new VerbFailed(
                                        ExitCode.USAGE,
                                        "enable, disable or status, not " + act,
                                        "");
                    };
            output.print(terminal, reply, () -> sheet(reply));
        }
        return ExitCode.OK;
    }

    private static String sheet(JsonNode reply) {
        return new Sheet()
                .line("permissions", reply.path("enabled").asBoolean() ? "count" : "do not count")
                .line("users", reply.path("users").asText())
                .line("roles", reply.path("roles").asText())
                .toString();
    }
}
