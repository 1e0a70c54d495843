// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.mutation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.krg.state.ratis.files.Directories;

/// What tests said in a JVM of their own.
///
/// @param passed whether all of them passed
/// @param verdict which one failed and why, or how many passed
record Trial(boolean passed, String verdict, Duration took) {

    /// The tests could not be run to an end: nothing is known.
    static final class Undecided extends RuntimeException {
        private static final long serialVersionUID = 1;

        Undecided(String message) {
            super(message);
        }
    }

    /// Processes and mounts of its own, which go with the JVM: it ends at the first failure, with
    /// what the test had begun.
    private static final List<String> APART =
            List.of("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc");

    /// Runs tests with a class path.
    ///
    /// @param log gets their output
    /// @param limit how long they may take
    static Trial run(Path root, String classPath, List<String> tests, Path log, Duration limit)
            throws IOException, InterruptedException {
        var scratch = Files.createTempDirectory("krg-trial-");
        try {
            return run(root, classPath, tests, log, limit, scratch);
        } finally {
            Directories.delete(scratch);
        }
    }

    private static Trial run(
            Path root, String classPath, List<String> tests, Path log, Duration limit, Path scratch)
            throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = new ArrayList<>(APART);
        command.addAll(Judge.command(java, classPath, root, scratch, tests));
        var began = System.nanoTime();
        var process =
                new ProcessBuilder(command)
                        .directory(root.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new Undecided("not finished after " + limit.toSeconds() + " s, see " + log);
        }
        var took = Duration.ofNanos(System.nanoTime() - began);
        var last = Files.readAllLines(log).reversed().stream().filter(it -> !it.isBlank());
        var verdict = last.findFirst().orElse("");
        return switch (verdict.split(" ", 2)[0]) {
            case "PASSED" -> passed(verdict, took);
            case "FAILED" -> new Trial(false, verdict.substring("FAILED ".length()), took);
            default -> throw new Undecided("the tests ended without a verdict, see " + log);
        };
    }

    private static Trial passed(String verdict, Duration took) {
        if (verdict.equals("PASSED 0")) {
            throw new Undecided("no test was run");
        }
        return new Trial(true, verdict, took);
    }
}
