// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.krg.jepsen.cluster.Cluster;

/// A process that uses a segment as it is told, and is linked with `libkrg`: `krg-touch` touches
/// its memory, `krg-sync` synchronises. Closing it kills it.
public final class Toucher implements AutoCloseable {
    private static final Path PROGRAMS = Path.of(System.getProperty("krg.root"), "target/native");

    /// A node has to be declared lost before what it had is granted anew.
    private static final long LIMIT_SECONDS = 300;

    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    private Toucher(Process process) {
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.US_ASCII);
        this.output = process.inputReader(StandardCharsets.US_ASCII);
    }

    /// Starts one that maps a segment through the agent of a node.
    public static Toucher on(Cluster cluster, String node, String segment) {
        return on(cluster, node, segment, "krg-touch");
    }

    /// Starts one that synchronises by a segment through the agent of a node.
    public static Toucher synchronisingOn(Cluster cluster, String node, String segment) {
        return on(cluster, node, segment, "krg-sync");
    }

    private static Toucher on(Cluster cluster, String node, String segment, String program) {
        var builder =
                new ProcessBuilder(PROGRAMS.resolve(program).toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        var socket = cluster.data(node).resolve("pages.sock");
        builder.environment().put("KRG_PAGES_SOCKET", socket.toString());
        try {
            var toucher = new Toucher(builder.start());
            var mapped = toucher.ask("map " + segment);
            if (!mapped.startsWith("ok ")) {
                toucher.close();
                throw new AssertionError("no segment " + segment + " on " + node + ": " + mapped);
            }
            return toucher;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// {@return the answer to a command}
    public String ask(String command) {
        return begin(command).orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    /// Gives a command. One at a time.
    public CompletableFuture<String> begin(String command) {
        try {
            input.write(command + "\n");
            input.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return CompletableFuture.supplyAsync(this::line, Thread::startVirtualThread);
    }

    private String line() {
        try {
            var line = output.readLine();
            return line == null ? "ended" : line;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        var _ = process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
