// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.locks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.jepsen.cluster.Cluster;

/// A process that runs `krg-sync`, or `krg-touch`, on a node. Closing it kills it.
public final class SyncProgram implements AutoCloseable {
    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    private SyncProgram(Process process) {
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.US_ASCII);
        this.output = process.inputReader(StandardCharsets.US_ASCII);
    }

    /// One that uses a segment, through the agent of a node.
    ///
    /// @param program `krg-sync` or `krg-touch`
    public static SyncProgram on(Path program, Cluster cluster, String node, String segment) {
        var socket = cluster.data(node).resolve("pages.sock");
        return start(program, Optional.of(socket), "map " + segment);
    }

    /// One that shares memory with other processes of this machine without krg.
    ///
    /// @param program `krg-sync` or `krg-touch`
    /// @param floor its command that makes or joins that memory
    public static SyncProgram onFloor(Path program, String floor) {
        return start(program, Optional.empty(), floor);
    }

    private static SyncProgram start(Path program, Optional<Path> socket, String first) {
        var builder =
                new ProcessBuilder(program.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        socket.ifPresent(it -> builder.environment().put("KRG_PAGES_SOCKET", it.toString()));
        try {
            var started = new SyncProgram(builder.start());
            var _ = started.begin(first).join();
            return started;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Gives a command; one at a time.
    ///
    /// @return its answer, which says no error
    public CompletableFuture<String> begin(String command) {
        try {
            input.write(command + "\n");
            input.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return CompletableFuture.supplyAsync(() -> answer(command), Thread::startVirtualThread);
    }

    private String answer(String command) {
        try {
            var line = output.readLine();
            if (line == null || line.startsWith("error") || line.equals("sigbus")) {
                throw new IOException(
                        "the program answers \"%s\" to \"%s\"".formatted(line, command));
            }
            return line;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
