// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.krg.host.HostFailure;

/// A program of the system that says little and ends at once, such as ip(8).
final class SystemCommand {
    private SystemCommand() {}

    /// Runs it, and returns what it printed.
    ///
    /// @param input what it reads; short
    /// @throws HostFailure FAILED with what it said, if it is not there or does not succeed
    static String run(List<String> line, String input) throws InterruptedException {
        try {
            var process = new ProcessBuilder(line).redirectErrorStream(true).start();
            try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
                stdin.write(input);
            }
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw failure(line, said.strip());
            }
            return said;
        } catch (IOException failed) {
            throw failure(line, String.valueOf(failed.getMessage()));
        }
    }

    private static HostFailure failure(List<String> line, String said) {
        return new HostFailure(
                HostFailure.Code.FAILED,
                "`" + String.join(" ", line) + "`: " + said,
                "it wants root and the programs that tools/setup installs");
    }
}
