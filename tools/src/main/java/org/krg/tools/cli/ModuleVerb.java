// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.util.List;
import org.krg.state.Subcommand;

/// Runs a verb that belongs to another module.
final class ModuleVerb {
    private ModuleVerb() {}

    /// What it prints to `System.out` goes where our own verbs print, line by line.
    static int run(Subcommand subcommand, List<String> arguments, Terminal terminal) {
        var before = System.out;
        System.setOut(new PrintStream(terminal.out(), true, UTF_8));
        try {
            return subcommand.run(arguments);
        } catch (RuntimeException failure) {
            return Failures.tell(terminal, failure, arguments.contains("--debug"));
        } finally {
            System.setOut(before);
        }
    }
}
