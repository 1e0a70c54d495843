// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ByteSize;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `segment create`
@Command(
        footer = {
            "",
            "The segment is zeros. Only programs of the user who makes it, and root's, may map it.",
            "Pages that no living node has any more after the loss of a node are an error (SIGBUS), never zeros and never an older version.",
            "",
            "  krg-admin segment create grid --size 64M",
            "  krg-admin segment create sums --size 1M --mode sync",
            "  krg-admin segment show grid"
        })
public final class SegmentCreate implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NAME", description = "what programs open it by")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String name = "";

    @Option(
            names = "--size",
            required = true,
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "how large it is, like 64M; rounded up to pages of 4 KiB")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private ByteSize size = new ByteSize(0);

    /// What `--mode` may be.
    enum Mode {
        async,
        semisync,
        sync
    }

    @Option(
            names = "--mode",
            defaultValue = "async",
            paramLabel = "MODE",
            description = {
                "what knows of a page's next owner before the page is theirs (async):",
                "async: nothing, the log of the cluster is told within milliseconds;",
                "semisync: a second node, in its memory; the log is told behind;",
                "sync: the log. Each page that goes to another writer waits for an agreement of the"
                        + " nodes.",
                "When a home is lost, pages that nobody wrote are lost in async, and zeros still in"
                        + " sync and, if the second node lives, in semisync."
            })
    private Mode mode = Mode.async;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentCreate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = Json.object().put("name", name).put("sizeBytes", size.bytes());
        body.put("ownership", mode.name());
        try (var client = connection.open(terminal)) {
            var created = client.post(ApiPath.of("segments"), body);
            output.print(terminal, created, () -> "");
            terminal.say(
                    "segment %s is there; krg-admin segment show %s shows it"
                            .formatted(name, name));
        }
        return ExitCode.OK;
    }
}
