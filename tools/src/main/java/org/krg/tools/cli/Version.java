// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
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
    public Integer call() throws IOException {
        var version = version();
        if (output.isTable()) {
            terminal.out().println("krg " + version);
        } else {
            var data = JsonNodeFactory.instance.objectNode();
            output.print(
                    terminal, data.put("apiVersion", "krg/v1").put("version", version), () -> "");
        }
        return ExitCode.OK;
    }

    // Maven writes the project's version into the file.
    private static String version() throws IOException {
        try (InputStream text = Version.class.getResourceAsStream("version")) {
            return text == null
                    ? "unknown"
                    : new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
