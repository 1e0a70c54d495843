// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevDown;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `dev down`
@Command
public final class DevDownVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();

    @Option(names = "--purge", description = "remove the directory too, with all that is in it")
    private boolean purge;

    public DevDownVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var directory = options.directory(terminal);
        return Work.interruptibly(() -> {
            new DevDown(directory, KrgHome.require(), terminal::say).run(purge);
            if (!purge && directory.hasCluster()) {
                terminal.say(
                        "  krg-admin dev up --dir %s starts it again; dev down --purge"
                                        .formatted(directory)
                                + " removes it");
            }
            return ExitCode.OK;
        });
    }
}
