// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevCuts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `dev mend`
@Command
public final class DevMendVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();

    public DevMendVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var cuts = new DevCuts(options.directory(terminal).requireCluster());
        return Work.interruptibly(() -> {
            cuts.mend();
            terminal.say("every node hears every other");
            return ExitCode.OK;
        });
    }
}
