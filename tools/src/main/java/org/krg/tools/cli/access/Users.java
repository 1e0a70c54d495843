// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `user`
@Command(
        footer = {
            "",
            "A user is known by a certificate and may do what their roles allow. The role root allows everything.",
            "",
            "  krg-admin user add ann",
            "  krg-admin user grant-role ann readers",
            "  krg-admin user certificate ann --out ann-keys",
            "  krg-admin user revoke-role ann readers",
            "  krg-admin user show ann",
            "  krg-admin user delete ann              # their certificate is good for nothing then",
            "  krg-admin user list"
        })
public final class Users implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "ACT",
            description = "add, delete, list, show, grant-role or revoke-role")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String act = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "USER",
            description = "name of the user; not for list")
    private @Nullable String user;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "ROLE",
            description = "for grant-role and revoke-role, which role")
    private @Nullable String role;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Users(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            switch (act) {
                case "add" -> {
                    var body = Json.object().put("name", user());
                    done(client.post(ApiPath.of("users"), body), "there is a user " + user());
                }
                case "delete" ->
                        done(
                                client.delete(ApiPath.of("users", user())),
                                user() + " is no user any more");
                case "grant-role" -> {
                    var body = Json.object().put("role", role());
                    done(
                            client.post(ApiPath.of("users", user(), "roles"), body),
                            user() + " has the role " + role());
                }
                case "revoke-role" ->
                        done(
                                client.delete(ApiPath.of("users", user(), "roles", role())),
                                user() + " has the role " + role() + " no more");
                case "show" -> show(client, client.get(ApiPath.of("users", user())));
                case "list" -> list(client);
                default ->
                        throw new VerbFailed(
                                ExitCode.USAGE,
                                "add, delete, list, show, grant-role or revoke-role, not " + act,
                                "");
            }
        }
        return ExitCode.OK;
    }

    private void done(JsonNode reply, String sentence) {
        output.print(terminal, reply, () -> "");
        terminal.say(sentence);
    }

    private void list(ApiClient client) {
        var reply = client.get(ApiPath.of("users"));
        output.print(terminal, reply, () -> table(reply.path("users")));
    }

    private void show(ApiClient client, JsonNode reply) {
        var roles = new ArrayList<JsonNode>();
        if (output.isTable()) {
            reply.path("roles").forEach(name -> roles.add(role(client, name.asText())));
        }
        output.print(terminal, reply, () -> Permissions.sheet("user", reply, roles));
    }

    /// Nobody wrote down what root may.
    private static JsonNode role(ApiClient client, String name) {
        return name.equals("root")
                ? Json.object().put("name", name)
                : client.get(ApiPath.of("roles", name));
    }

    private String table(Iterable<JsonNode> users) {
        return new Table()
                .left("USER", user -> user.path("name").asText())
                .left("ROLES", user -> Permissions.words(user.path("roles")))
                .of(users, output.hasHeaders());
    }

    private String user() {
        return named(user, "which user; krg-admin user list shows them");
    }

    private String role() {
        return named(role, "which role; krg-admin role list shows them");
    }

    private String named(@Nullable String name, String what) {
        if (name == null) {
            throw new VerbFailed(ExitCode.USAGE, act + " needs to know " + what, "");
        }
        return name;
    }
}
