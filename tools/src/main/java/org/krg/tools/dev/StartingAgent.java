// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.krg.host.HostFailure;

/// An agent between its start and the line with which it says that it serves.
final class StartingAgent {
    private static final String READY = "krgd ready";
    private static final int TOLD_LINES = 12;
    private static final int MOST_BYTES = 1 << 20;

    private final String node;
    private final Process process;
    private final Path output;
    private final long outputStart;
    private final long startedNanos = System.nanoTime();

    private StartingAgent(String node, Process process, Path output, long outputStart) {
        this.node = node;
        this.process = process;
        this.output = output;
        this.outputStart = outputStart;
    }

    static StartingAgent begin(AgentLauncher launcher, DevDirectory directory, String node)
            throws IOException {
        var output = directory.output(node);
        var outputStart = Files.exists(output) ? Files.size(output) : 0;
        return new StartingAgent(node, launcher.start(node), output, outputStart);
    }

    String node() {
        return node;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /// {@return whether it serves}
    ///
    /// @throws HostFailure if it has ended instead
    boolean isReady() {
        if (text().lines().anyMatch(line -> line.startsWith(READY))) {
            return true;
        }
        if (!process.isAlive()) {
            throw failure("ended with code " + process.exitValue());
        }
        return false;
    }

    /// Ends it with SIGKILL, unless it has ended.
    ///
    /// @return whether it is gone
    boolean kill(Duration limit) throws InterruptedException {
        return process.destroyForcibly().waitFor(limit);
    }

    /// {@return what to say when it does not come up}
    HostFailure failure(String what) {
        var lines = text().lines().filter(line -> !line.isBlank()).toList();
        var told = lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size());
        var said = told.isEmpty() ? "; it printed nothing" : ":\n  " + String.join("\n  ", told);
        return new HostFailure(
                HostFailure.Code.FAILED,
                "the agent of " + node + " " + what + said,
                "its output is in " + output + ", its log in " + output.resolveSibling("data/log"));
    }

    private String text() {
        try (var file = new RandomAccessFile(output.toFile(), "r")) {
            file.seek(outputStart);
            var bytes = new byte[(int) Math.min(MOST_BYTES, file.length() - outputStart)];
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException failure) {
            return "cannot read " + output + ": " + failure.getMessage();
        }
    }
}
