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

    /// How long it may take to end when it is not to go on.
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

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
        var process = start();
        try {
            var output = collect(process, "", new CompletableFuture<>());
            var fed = feed(process, input);
            var timedOut = !hasEnded(process);
            var exit = process.waitFor();
            rethrow(fed);
            return new Result(exit, text(output), timedOut);
        } catch (InterruptedException stop) {
            throw interrupted(stop);
        } finally {
            kill(process);
        }
    }

    /// Runs it up to where its output is `cue`, has this thread do what is to be done then, and
    /// lets it go on by a byte of standard input. Where it ends before, nothing is done.
    ///
    /// @param turn what is to be done; what it throws, this throws, after the command has ended by
    ///   the end of its input
    /// @throws IOException if it cannot be started, or if this thread is interrupted; then it is
    ///   killed
    public Result run(String cue, Runnable turn) throws IOException {
        var process = start();
        try {
            var cued = new CompletableFuture<Boolean>();
            var output = collect(process, cue, cued);
            if (isCued(cued)) {
                take(turn, process);
            }
            var timedOut = !hasEnded(process);
            var exit = process.waitFor();
            return new Result(exit, text(output).replace(cue, ""), timedOut);
        } catch (InterruptedException stop) {
            throw interrupted(stop);
        } finally {
            kill(process);
        }
    }

    private Process start() throws IOException {
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        return builder.start();
    }

    private boolean isCued(CompletableFuture<Boolean> cued) throws InterruptedException {
        try {
            return cued.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException late) {
            return false;
        }
    }

    private static void take(Runnable turn, Process process) throws InterruptedException {
        try (var input = process.getOutputStream()) {
            turn.run();
            input.write('\n');
        } catch (IOException ended) {
            // Its exit status tells why.
        } catch (RuntimeException failure) {
            process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            throw failure;
        }
    }

    /// {@return whether it has ended by itself; else it is killed}
    private boolean hasEnded(Process process) throws InterruptedException {
        var ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            kill(process);
        }
        return ended;
    }

    private IOException interrupted(InterruptedException stop) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted while running " + line.getFirst(), stop);
    }

    /// @param cued told whether the output is `cue` somewhere
    private static CompletableFuture<String> collect(
            Process process, String cue, CompletableFuture<Boolean> cued) {
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
                            if (!cued.isDone()
                                    && kept.toString(StandardCharsets.UTF_8).contains(cue)) {
                                cued.complete(true);
                            }
                        }
                    } catch (IOException killed) {
                        // What was read before is all there is.
                    }
                    cued.complete(false);
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

    // Looks at all processes of the machine: not where it has ended.
    private static void kill(Process process) {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
