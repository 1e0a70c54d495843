// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A command of the system, run to its end in a clean environment.
///
/// @param line the program and its arguments
/// @param limit after which it is killed with all that descends from it
public record Command(List<String> line, Duration limit) {
    private static final Map<String, String> ENVIRONMENT =
            Map.of(
                    "PATH",
                    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "LC_ALL",
                    "C");

    /// As much output as is kept.
    private static final int MAX_OUTPUT_BYTES = 4 << 20;

    private static final int BUFFER_BYTES = 64 * 1024;

    /// How long its output may take to end after the command itself has.
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(2);

    public Command {
        line = List.copyOf(line);
    }

    /// How it ended.
    ///
    /// @param exit its status; not meaningful if it was killed
    /// @param output standard output and error
    /// @param timedOut whether it was killed because it took too long
    public record Result(int exit, String output, boolean timedOut) {
        /// {@return whether it ended with success}
        public boolean isGood() {
            return exit == 0 && !timedOut;
        }
    }

    /// Runs it with an empty standard input.
    public Result run() throws IOException {
        return run(InputStream.nullInputStream());
    }

    /// Runs it.
    ///
    /// @throws IOException if it cannot be started, if its input cannot be read, or if this thread
    ///   is interrupted; then it is killed
    public Result run(InputStream input) throws IOException {
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        var process = builder.start();
        try {
            var output = collect(process);
            var fed = feed(process, input);
            var timedOut = !process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (timedOut) {
                kill(process);
            }
            var exit = process.waitFor();
            rethrow(fed);
            return new Result(exit, text(output), timedOut);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + line.getFirst(), stop);
        } finally {
            kill(process);
        }
    }

    private static CompletableFuture<String> collect(Process process) {
        var text = new CompletableFuture<String>();
        Thread.ofVirtual()
                .name("command-output-" + process.pid())
                .start(() -> {
                    var kept = new ByteArrayOutputStream();
                    try (var output = process.getInputStream()) {
                        var buffer = new byte[BUFFER_BYTES];
                        for (var length = output.read(buffer);
                                length >= 0;
                                length = output.read(buffer)) {
                            if (kept.size() < MAX_OUTPUT_BYTES) {
                                kept.write(buffer, 0, length);
                            }
                        }
                    } catch (IOException killed) {
                        // What was read before is all there is.
                    }
                    text.complete(kept.toString(StandardCharsets.UTF_8));
                });
        return text;
    }

    // An end of the input that the command does not wait for is its own affair; an input that
    // cannot
    // be read must not look like one that has ended.
    private static CompletableFuture<Void> feed(Process process, InputStream input) {
        var done = new CompletableFuture<Void>();
        Thread.ofVirtual()
                .name("command-input-" + process.pid())
                .start(() -> {
                    try {
                        pump(process, input);
                        done.complete(null);
                    } catch (IOException | RuntimeException unreadable) {
                        kill(process);
                        done.completeExceptionally(unreadable);
                    }
                });
        return done;
    }

    private static void pump(Process process, InputStream input) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        for (var length = input.read(buffer); length >= 0; length = input.read(buffer)) {
            try {
                process.getOutputStream().write(buffer, 0, length);
            } catch (IOException ended) {
                return;
            }
        }
        try {
            process.getOutputStream().close();
        } catch (IOException ended) {
            // It ended without reading all of it.
        }
    }

    private static void rethrow(CompletableFuture<Void> fed)
            throws IOException, InterruptedException {
        try {
            fed.get();
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case RuntimeException known -> throw known;
                case null, default -> throw new IOException("cannot read the input", failure);
            }
        }
    }

    private static String text(CompletableFuture<String> output) throws InterruptedException {
        try {
            return output.get(OUTPUT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException kept) {
            // A descendant that lives on has it open.
            return "";
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
