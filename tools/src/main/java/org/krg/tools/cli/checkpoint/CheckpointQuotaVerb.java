// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

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
import org.krg.tools.render.Checkpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `checkpoint quota`
@Command(
        footer = {
            "",
            "A checkpoint that would take the jobs of its user over the limit has older ones of its own job go first, as for",
            "run --checkpoint-quota; if that is not enough it is not kept, exit code 5. What is there stays. Without USER it is",
            "the limit of everybody who has none of their own. Counted is what all nodes keep together.",
            "",
            "  krg-admin checkpoint quota list",
            "  krg-admin checkpoint quota set ann --bytes 20GiB",
            "  krg-admin checkpoint quota unset ann",
            "  krg-admin checkpoint quota set --bytes 100GiB"
        })
public final class CheckpointQuotaVerb implements Callable<Integer> {
    private final Terminal terminal;

    enum Act {
        list,
        set,
        unset
    }

    @Parameters(index = "0", paramLabel = "ACT", description = "list, set or unset")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Act act = Act.list;

    @Parameters(index = "1", arity = "0..1", paramLabel = "USER", description = "whose limit")
    private @Nullable String user;

    @Option(
            names = "--bytes",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "for set: that all checkpoints of all jobs may take together")
    private @Nullable ByteSize bytes;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointQuotaVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = ask(client);
            output.print(terminal, reply, () -> Checkpoints.quotas(reply, output.hasHeaders()));
        }
        return ExitCode.OK;
    }

    private JsonNode ask(ApiClient client) {
        var quotas = ApiPath.of("checkpoint-quotas");
        return switch (act) {
            case list -> client.get(quotas);
            case set -> client.post(quotas, limit());
            case unset -> client.delete(user == null ? quotas : quotas.with("owner", user));
        };
    }

    private ObjectNode limit() {
        if (bytes == null) {
            throw new VerbFailed(
                    ExitCode.USAGE, "set needs a limit", "give --bytes, such as --bytes 20GiB");
        }
        var body = Json.object().put("bytes", bytes.bytes());
        return user == null ? body : body.put("owner", user);
    }
}
