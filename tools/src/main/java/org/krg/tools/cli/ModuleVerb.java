// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.List;
import org.krg.state.Subcommand;

/// Runs a verb that belongs to another module.
final class ModuleVerb {
    private ModuleVerb() {}

    static int run(Subcommand subcommand, List<String> arguments, Terminal terminal) {
        try {
            int exit = subcommand.run(arguments);
            // Unlike our own verbs, those of modules print there.
            return exit == ExitCode.OK && System.out.checkError()
                    ? Failures.tell(
                            terminal,
                            ExitCode.FAILED,
                            "standard output did not take all that was printed",
                            "")
                    : exit;
        } catch (RuntimeException failure) {
            return Failures.tell(terminal, failure, arguments.contains("--debug"));
        }
    }
}
