// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `version`
@Command
public final class Version implements Callable<Integer> {
    private final Terminal terminal;

    public Version(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().println("krg 0.1.0");
        return ExitCode.OK;
    }
}
