// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import org.krg.state.KrgVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `version`
@Command
public final class Version implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();

    public Version(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var version = KrgVersion.CURRENT;
        if (output.isTable()) {
            terminal.out().println("krg " + version);
        } else {
            var data = JsonNodeFactory.instance.objectNode();
            output.print(
                    terminal, data.put("apiVersion", "krg/v1").put("version", version), () -> "");
        }
        return ExitCode.OK;
    }
}
