// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ByteSize;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Quotas;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `state quota`
@Command(
        footer = {
            "",
            "A put or a lease that would take its user over a limit is refused; what is there stays. Without USER it is the limit of everybody who has none of their own. What is left out stays as it was.",
            "",
            "  krg-admin state quota list",
            "  krg-admin state quota set ann --keys 1000 --bytes 10M --leases 20",
            "  krg-admin state quota unset ann",
            "  krg-admin state quota set --keys 1000000 --bytes 1G",
            "  krg-admin state quota keep 100000     # revisions whose old versions are kept; 0 for all"
        })
public final class StateQuota implements Callable<Integer> {
    private final Terminal terminal;

    enum Act {
        list,
        set,
        unset,
        keep
    }

    @Parameters(index = "0", paramLabel = "ACT", description = "list, set, unset or keep")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Act act = Act.list;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "USER|N",
            description = "whose limit; for keep how many revisions")
    private @Nullable String argument;

    @Option(names = "--keys", paramLabel = "N", description = "for set: that may exist")
    private @Nullable Long keys;

    @Option(
            names = "--bytes",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "for set: of keys and values together")
    private @Nullable ByteSize bytes;

    @Option(names = "--leases", paramLabel = "N", description = "for set: that may last")
    private @Nullable Long leases;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateQuota(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = ask(client);
            output.print(terminal, reply, () -> Quotas.table(reply, output.hasHeaders()));
        }
        return ExitCode.OK;
    }

    private JsonNode ask(ApiClient client) {
        var quotas = ApiPath.of("keys", "quotas");
        return switch (act) {
            case list -> client.get(quotas);
            case set -> client.post(quotas, limit());
            case unset ->
                    client.delete(argument == null ? quotas : quotas.with("principal", argument));
            case keep ->
                    client.post(
                            ApiPath.of("keys", "keep"),
                            Json.object().put("keptRevisions", revisions()));
        };
    }

    private ObjectNode limit() {
        if (keys == null && bytes == null && leases == null) {
            throw new VerbFailed(
                    ExitCode.USAGE, "set needs a limit", "give --keys, --bytes or --leases");
        }
        var body = Json.object();
        if (keys != null) {
            body.put("keys", keys);
        }
        if (bytes != null) {
            body.put("bytes", bytes.bytes());
        }
        if (leases != null) {
            body.put("leases", leases);
        }
        return argument == null ? body : body.put("principal", argument);
    }

    private long revisions() {
        if (argument == null || !argument.matches("[0-9]{1,18}")) {
            throw new VerbFailed(
                    ExitCode.USAGE, "keep needs a number of revisions", "0 keeps all of them");
        }
        return Long.parseLong(argument);
    }
}
