// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.util.List;
import org.krg.state.model.Rlimit;

/// A program and the surroundings it is started in.
///
/// @param arguments the program first; without a `/` it is looked for in the `PATH` of
///   `environment`
/// @param environment `NAME=value`, in the order the program sees them
/// @param workingDirectory an absolute path
/// @param umask the permission bits that files created by the program never get
/// @param rlimits those that differ from the agent's own
public record Program(
        List<String> arguments,
        List<String> environment,
        String workingDirectory,
        int umask,
        List<Rlimit> rlimits) {
    /// The umask of a login shell.
    public static final int USUAL_UMASK = 0022;

    public Program {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        rlimits = List.copyOf(rlimits);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("a program has at least its own name");
        }
        if (arguments.stream().anyMatch(Program::isNoCString)
                || environment.stream().anyMatch(Program::isNoCString)
                || isNoCString(workingDirectory)) {
            throw new IllegalArgumentException("an argument or variable contains a zero byte");
        }
        if (!workingDirectory.startsWith("/")) {
            throw new IllegalArgumentException("not an absolute path: " + workingDirectory);
        }
    }

    private static boolean isNoCString(String text) {
        return text.indexOf('\0') >= 0;
    }
}
