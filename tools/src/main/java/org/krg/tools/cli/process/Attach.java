// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.LogItem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `attach`
@Command(
        footer = {
            "",
            "For programs with a terminal of their own (krg-admin run -it). Every key goes to the program, Ctrl-C",
            "too; Ctrl-P Ctrl-Q detaches: the program goes on. Ends with the program's exit code. Several may be",
            "attached at once: all see what the program writes, and the program sees what any of them types."
        })
public final class Attach implements Callable<Integer> {
    /// As much as a screen shows of what was written before.
    private static final int SHOWN_BYTES = 4 << 10;

    private final Terminal terminal;

    @Parameters(paramLabel = "TARGET", description = "a job, JOB/RANK or the number of a process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Option(names = "--watch", description = "pass nothing on that is typed")
    private boolean watch;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Attach(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = connection.open(terminal);
                var _ = Farewell.of(terminal, target + " goes on: krg-admin attach " + target)) {
            requireTerminal(client);
            return new Session(terminal, client, target, watch).run(showLast(client));
        }
    }

    private void requireTerminal(ApiClient client) {
        var job = client.get(ApiPath.of("processes", target)).path("job").asText();
        if (!client.get(ApiPath.of("jobs", job)).path("spec").path("terminal").asBoolean()) {
            throw new VerbFailed(
                    ExitCode.CONFLICT,
                    target + " has no terminal",
                    "krg-admin logs -f %s shows its output; run -it gives a program a terminal"
                            .formatted(target));
        }
    }

    /// {@return how much the program has written}
    private long showLast(ApiClient client) {
        var end = 0L;
        try (var log = client.lastOf(target, "stdout", SHOWN_BYTES)) {
            for (var item = log.next(); item.isPresent(); item = log.next()) {
                if (item.get() instanceof LogItem.Output(var offset, var bytes)) {
                    end = offset + bytes.remaining();
                    var copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    terminal.out().write(copy, 0, copy.length);
                }
            }
        }
        terminal.out().flush();
        return end;
    }
}
