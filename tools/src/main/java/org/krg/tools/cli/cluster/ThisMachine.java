// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.Json;

/// What can be told of this machine while no agent runs on it. An agent finds out by trying, and
/// knows better.
final class ThisMachine {
    /// Where `tools/setup` puts a CRIU when the system has none that will do.
    private static final Path OWN_CRIU = Path.of("/var/lib/krg-tools/criu/criu");

    private static final int SECONDS_TO_ANSWER = 5;

    private final Terminal terminal;

    ThisMachine(Terminal terminal) {
        this.terminal = terminal;
    }

    /// {@return a report like that of an agent; its `notes` tell what is missing}
    ObjectNode report() throws IOException {
        var notes = new ArrayList<String>();
        boolean root =
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        if (!root) {
            notes.add(
                    "not root: programs run without namespaces or limits and start again from the beginning");
        }
        if (!hasCgroup2()) {
            notes.add(
                    "no cgroup2 tree is mounted: programs cannot be frozen, so not be saved either");
        }
        var criu = criu();
        if (criu.isEmpty()) {
            notes.add(
                    "no CRIU is found: programs start again from the beginning; tools/setup installs one");
        }
        for (var program : List.of("nsenter", "unshare")) {
            if (inPath(program).isEmpty()) {
                notes.add(program + " is not found; tools/setup installs it");
            }
        }
        var report = Json.object().put("node", "this machine, no agent runs");
        criu.ifPresent(version -> report.put("criu", version));
        report.put("selfTest", "an agent makes it when it starts");
        notes.forEach(report.putArray("notes")::add);
        return report;
    }

    private static boolean hasCgroup2() throws IOException {
        try (var mounts = Files.lines(Path.of("/proc/self/mounts"))) {
            return mounts.anyMatch(mount -> mount.contains(" cgroup2 "));
        }
    }

    private Optional<String> criu() throws IOException {
        var program = Optional.of(OWN_CRIU).filter(Files::isExecutable).or(() -> inPath("criu"));
        return program.isEmpty() ? Optional.empty() : version(program.get());
    }

    private static Optional<String> version(Path criu) throws IOException {
        var asked =
                new ProcessBuilder(criu.toString(), "--version").redirectErrorStream(true).start();
        try {
            if (!asked.waitFor(SECONDS_TO_ANSWER, TimeUnit.SECONDS)) {
                return Optional.empty();
            }
            var text = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> line.startsWith("Version: "))
                    .map(line -> line.substring("Version: ".length()).strip())
                    .findFirst();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            asked.destroyForcibly();
        }
    }

    private Optional<Path> inPath(String program) {
        return Stream.of(terminal.variable("PATH").orElse("/usr/bin:/usr/sbin").split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
