// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;

/// What a job takes over from the shell it is submitted in.
final class Surroundings {
    /// Variables that describe the user's machine and how programs run on it. The others stay
    /// behind, for among them are secrets, and what a job is made of is kept in the cluster's log.
    private static final Pattern KEPT =
            Pattern.compile(
                    "PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|LD_LIBRARY_PATH|OMP_.*|GOMP_.*|KMP_.*");

    /// Those of them that describe the user.
    private static final List<String> OWN = List.of("HOME", "USER", "LOGNAME", "SHELL");

    private static final int USUAL_UMASK = 0022;

    private Surroundings() {}

    /// {@return an absolute path}
    static String directory(@Nullable Path given) {
        var path = given == null ? Path.of("") : given;
        return path.toAbsolutePath().normalize().toString();
    }

    /// {@return an absolute path without links, as the kernel tells it of what is open; as it is
    /// written where there is nothing yet}
    static String realPath(Path given) {
        try {
            return given.toRealPath().toString();
        } catch (IOException absent) {
            return directory(given);
        }
    }

    /// {@return the environment of the job}
    ///
    /// @param user whom the job runs as, if not the caller, whose home and shell then mean nothing
    /// @param named `NAME=VALUE`, or `NAME` for the present value
    static Map<String, String> environment(
            Terminal terminal, @Nullable String user, List<String> named) {
        var variables = new TreeMap<String, String>();
        terminal.environment()
                .forEach((name, value) -> {
                    if (KEPT.matcher(name).matches()) {
                        variables.put(name, value);
                    }
                });
        if (user != null) {
            variables.keySet().removeAll(OWN);
            variables.put("USER", user);
            variables.put("LOGNAME", user);
        }
        for (var text : named) {
            int equals = text.indexOf('=');
            var name = equals < 0 ? text : text.substring(0, equals);
            if (name.isEmpty()) {
                throw new VerbFailed(
                        ExitCode.USAGE,
                        "invalid value for option '--env': '" + text + "' names no variable",
                        "write it like OMP_NUM_THREADS=4, or HOME for the present value");
            }
            var value = equals < 0 ? terminal.environment().get(name) : text.substring(equals + 1);
            if (value == null) {
                throw new VerbFailed(
                        ExitCode.USAGE,
                        "invalid value for option '--env': the environment has no variable " + name,
                        "write " + name + "=VALUE");
            }
            variables.put(name, value);
        }
        return variables;
    }

    /// {@return the present mask of permissions}
    static int umask() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("Umask:"))
                    .map(line -> Integer.parseInt(line.substring(6).strip(), 8))
                    .findFirst()
                    .orElse(USUAL_UMASK);
        } catch (IOException unknown) {
            return USUAL_UMASK;
        }
    }
}
