// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.access;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.krg.host.daemon.AuditTrailFiles;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `audit verify`
@Command(
        footer = {
            "",
            "Each line holds a hash over itself and the line before. Exit code 11 where one does not follow. Whoever may write the files can make a whole chain anew, or leave out its end: keep the hash that is printed elsewhere, and look for it in `audit show -o json` later."
        })
public final class AuditVerify implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "DIR", description = "the data directory of a node (node.data)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path data = Path.of("");

    @Mixin private final OutputOptions output = new OutputOptions();

    public AuditVerify(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var found = AuditTrailFiles.read(data.toAbsolutePath().normalize(), 1);
        found.remove("entries");
        var lines = found.path("lines").asText();
        var hash = found.path("hash").asText();
        output.print(
                terminal,
                found,
                () -> "%s entries follow each other, up to %s\n".formatted(lines, hash));
        found.path("problems").forEach(problem -> terminal.say(problem.asText()));
        return found.path("problems").isEmpty() ? ExitCode.OK : ExitCode.CORRUPT;
    }
}
