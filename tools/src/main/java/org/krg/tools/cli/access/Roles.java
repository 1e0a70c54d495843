// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `role`
@Command(
        footer = {
            "",
            "A role names keys and whether they may be read, written or both. It counts for users who have it, as soon as krg-admin auth enable makes permissions count.",
            "",
            "  krg-admin role add readers",
            "  krg-admin role grant readers app/ --prefix --mode read",
            "  krg-admin role revoke readers app/ --prefix",
            "  krg-admin role show readers",
            "  krg-admin role delete readers          # and everybody loses it",
            "  krg-admin role list"
        })
public final class Roles implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "ACT",
            description = "add, delete, list, show, grant or revoke")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String act = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ROLE",
            description = "name of the role; not for list")
    private @Nullable String role;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "KEY",
            description = "for grant and revoke, the key or the first of several")
    private @Nullable String key;

    @Option(names = "--prefix", description = "every key that begins with KEY")
    private boolean prefix;

    @Option(names = "--to", paramLabel = "KEY", description = "the key behind the last one")
    private @Nullable String end;

    @Option(names = "--endless", description = "KEY and every key behind it; \"\" is before all")
    private boolean endless;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "for grant: read, write or read-write (default: read)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String mode = "read";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Roles(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            switch (act) {
                case "add" -> {
                    var body = Json.object().put("name", role());
                    done(client.post(ApiPath.of("roles"), body), "there is a role " + role());
                }
                case "delete" ->
                        done(
                                client.delete(ApiPath.of("roles", role())),
                                role() + " is no role any more");
                case "grant" ->
                        done(
                                client.post(
                                        ApiPath.of("roles", role(), "permissions"),
                                        keys().put("mode", mode)),
                                "role %s may %s these keys".formatted(role(), mode));
                case "revoke" ->
                        done(
                                client.post(
                                        ApiPath.of("roles", role(), "permissions", "revoke"),
                                        keys()),
                                "role " + role() + " may use these keys no more");
                case "show" -> {
                    var reply = client.get(ApiPath.of("roles", role()));
                    output.print(
                            terminal,
                            reply,
                            () -> Permissions.sheet("role", reply, List.of(reply)));
                }
                case "list" -> {
                    var reply = client.get(ApiPath.of("roles"));
                    output.print(terminal, reply, () -> table(reply.path("roles")));
                }
                default ->
                        throw new VerbFailed(
                                ExitCode.USAGE,
                                "add, delete, list, show, grant or revoke, not " + act,
                                "");
            }
        }
        return ExitCode.OK;
    }

    private void done(JsonNode reply, String sentence) {
        output.print(terminal, reply, () -> "");
        terminal.say(sentence);
    }

    private ObjectNode keys() {
        var ways = (prefix ? 1 : 0) + (end != null ? 1 : 0) + (endless ? 1 : 0);
        if (key == null || ways > 1) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    act + " needs to know which keys",
                    "name one, or one with --prefix, --to or --endless");
        }
        var body = Json.object().put("key", key);
        if (prefix) {
            body.put("prefix", true);
        }
        if (endless) {
            body.put("endless", true);
        }
        return end == null ? body : body.put("end", end);
    }

    private String table(Iterable<JsonNode> roles) {
        return new Table()
                .left("ROLE", role -> role.path("name").asText())
                .right("PERMISSIONS", role -> Integer.toString(role.path("permissions").size()))
                .of(roles, output.hasHeaders());
    }

    private String role() {
        if (role == null) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    act + " needs to know which role",
                    "krg-admin role list shows them");
        }
        return role;
    }
}
