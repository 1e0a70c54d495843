// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// What is executed.
///
/// @param command the words as the user gave them, the program's name first; never empty
/// @param executable the absolute path that the submitting node resolved the first word to
/// @param digest of the executable there: other nodes run it only when theirs is the same
/// @param umask file mode creation mask, as in umask(2)
/// @param stdinOpen whether standard input is a pipe that stays open; otherwise it ends at once
/// @param terminal whether all three streams are a terminal of its own; standard input is open then
/// @param rlimits those that differ from the agent's own, each resource once
public record Program(
        List<String> command,
        String executable,
        Sha256 digest,
        List<EnvironmentVariable> environment,
        String workingDirectory,
        int umask,
        boolean stdinOpen,
        boolean terminal,
        List<Rlimit> rlimits) {
    public Program {
        command = List.copyOf(command);
        environment = List.copyOf(environment);
        rlimits = List.copyOf(rlimits);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("no program given");
        }
        if (!executable.startsWith("/") || !workingDirectory.startsWith("/")) {
            throw new IllegalArgumentException("executable and working directory are absolute");
        }
        if (terminal && !stdinOpen) {
            throw new IllegalArgumentException("the input of a terminal does not end");
        }
        if (rlimits.stream().map(Rlimit::resource).distinct().count() < rlimits.size()) {
            throw new IllegalArgumentException("a resource is limited once");
        }
    }

    /// A program without a terminal, whose limits are the agent's.
    public Program(
            List<String> command,
            String executable,
            Sha256 digest,
            List<EnvironmentVariable> environment,
            String workingDirectory,
            int umask,
            boolean stdinOpen) {
        this(
                command,
                executable,
                digest,
                environment,
                workingDirectory,
                umask,
                stdinOpen,
                false,
                List.of());
    }
}
