// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.DurationText;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Sheet;
import org.krg.tools.render.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `state lease`
@Command(
        footer = {
            "",
            "A lease lasts for its time after it was granted or renewed last; the keys that were put with it go when it ends. A new leader gives every lease its whole time again, so none ends early.",
            "",
            "  lease=$(krg-admin state lease grant 30s)",
            "  krg-admin state put app/alive yes --lease $lease",
            "  krg-admin state lease renew $lease",
            "  krg-admin state lease show $lease      # how long it lasts, and its keys",
            "  krg-admin state lease revoke $lease",
            "  krg-admin state lease list"
        })
public final class StateLease implements Callable<Integer> {
    private final Terminal terminal;

    enum Act {
        grant,
        renew,
        revoke,
        list,
        show
    }

    @Parameters(index = "0", paramLabel = "ACT", description = "grant, renew, revoke, show or list")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Act act = Act.list;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TIME|ID",
            description = "for grant how long it lasts (30s), else which lease")
    private @Nullable String argument;

    @Option(names = "--holder", paramLabel = "NAME", description = "who holds it (default: you)")
    private @Nullable String holder;

    @Mixin private final KeyText text = new KeyText();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateLease(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            switch (act) {
                case grant -> grant(client);
                case renew -> {
                    var lease = client.post(ApiPath.of("leases", id(), "renew"));
                    output.print(terminal, lease, () -> "");
                    terminal.say("lease %s lasts for %s s".formatted(id(), seconds(lease)));
                }
                case revoke -> {
                    var gone = client.delete(ApiPath.of("leases", id()));
                    output.print(terminal, gone, () -> "");
                    terminal.say(
                            "lease %s has ended; keys that went with it: %s"
                                    .formatted(id(), gone.path("keys").size()));
                }
                case show -> {
                    var lease = client.get(ApiPath.of("leases", id()));
                    output.print(terminal, lease, () -> sheet(lease));
                }
                case list -> {
                    var reply = client.get(ApiPath.of("leases"));
                    output.print(terminal, reply, () -> table(reply.path("leases")));
                }
            }
        }
        return ExitCode.OK;
    }

    private void grant(ApiClient client) {
        var time = DurationText.parse(argument("how long it lasts, like 30s"));
        var body = Json.object().put("ttlSeconds", BigDecimal.valueOf(time.toMillis(), 3));
        if (holder != null) {
            body.put("holder", holder);
        }
        var lease = client.post(ApiPath.of("leases"), body);
        output.print(terminal, lease, () -> lease.path("id").asText() + "\n");
    }

    private String id() {
        return argument("which lease; krg-admin state lease list shows them");
    }

    private String argument(String what) {
        if (argument == null) {
            throw new VerbFailed(ExitCode.USAGE, act + " needs to know " + what, "");
        }
        return argument;
    }

    private static String seconds(JsonNode lease) {
        return lease.path("remainingSeconds").asText();
    }

    private String sheet(JsonNode lease) {
        var sheet =
                new Sheet()
                        .line("lease", lease.path("id").asText())
                        .line("holder", lease.path("holder").asText())
                        .line("time", lease.path("ttlSeconds").asText() + " s")
                        .line("remaining", seconds(lease) + " s")
                        .line("token", lease.path("token").asText());
        lease.path("keys").forEach(key -> sheet.line("keys", text.shown(key, "key")));
        return sheet.toString();
    }

    private String table(JsonNode leases) {
        return new Table()
                .right("LEASE", lease -> lease.path("id").asText())
                .left("HOLDER", lease -> lease.path("holder").asText())
                .right("SECONDS", lease -> lease.path("ttlSeconds").asText())
                .of(leases, output.hasHeaders());
    }
}
