// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// The command line of a bench.
final class BenchLine {
    private BenchLine() {}

    /// Runs a command; one that fails says why in a line.
    ///
    /// @return its exit code
    static int run(Callable<Integer> verb, List<String> arguments) {
        return new CommandLine(verb)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    System.err.println("error: " + failure.getMessage());
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments.toArray(String[]::new));
    }

    static void requireIn(CommandSpec spec, String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is %d to %d, not %d".formatted(option, least, most, value));
        }
    }

    /// {@return a program of krg's own that a bench runs}
    static Path program(String name) {
        return Path.of(System.getProperty("krg.home"), "target", "native", name);
    }
}
