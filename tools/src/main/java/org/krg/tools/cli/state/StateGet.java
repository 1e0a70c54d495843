// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `state get`
@Command(
        footer = {
            "",
            "Prints the value and a line's end; one that is not text is printed byte for byte. Exit code 3 if there is no such key.",
            "",
            "  krg-admin state get app/colour",
            "  krg-admin state get app/colour --revision 4711    # what it was then",
            "  krg-admin state get app/colour -o json            # with its revisions and lease"
        })
public final class StateGet implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "KEY", description = "the key")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String key = "";

    @Option(
            names = "--revision",
            paramLabel = "REVISION",
            description = "as it was at this revision")
    private @Nullable Long revision;

    @Mixin private final KeyText text = new KeyText();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateGet(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var path = text.with(read.of(ApiPath.of("keys")), "key", key);
        if (revision != null) {
            path = path.with("revision", revision);
        }
        try (var client = connection.open(terminal)) {
            var found = client.get(path).path("keys");
            if (found.isEmpty()) {
                throw new VerbFailed(
                        ExitCode.NOT_FOUND,
                        "there is no key " + key + (revision == null ? "" : " at that revision"),
                        "krg-admin state range \"\" lists the keys");
            }
            if (output.isTable()) {
                text.print(terminal, found.path(0));
            } else {
                output.print(terminal, found.path(0), () -> "");
            }
        }
        return ExitCode.OK;
    }
}
