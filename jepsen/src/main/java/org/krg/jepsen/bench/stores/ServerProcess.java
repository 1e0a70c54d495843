// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.cluster.CampaignFailed;

/// The program of one server, which can be started again after its end.
final class ServerProcess implements AutoCloseable {
    private static final Duration TO_STOP = Duration.ofSeconds(10);
    private static final int LAST_WORDS_BYTES = 2000;

    private final List<String> command;
    private final Path log;
    private @Nullable Process process;

    /// @param log gets what it prints
    ServerProcess(List<String> command, Path log) {
        this.command = List.copyOf(command);
        this.log = log;
    }

    void start() {
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    long pid() {
        return process == null ? 0 : process.pid();
    }

    void requireAlive() {
        if (process == null || !process.isAlive()) {
            throw new CampaignFailed(command.getFirst() + " has ended: " + lastWords());
        }
    }

    private String lastWords() {
        try {
            var text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - LAST_WORDS_BYTES));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    void kill() {
        end(false);
    }

    @Override
    public void close() {
        end(true);
    }

    private void end(boolean kindly) {
        var running = process;
        if (running == null) {
            return;
        }
        if (kindly) {
            running.destroy();
        } else {
            running.destroyForcibly();
        }
        try {
            if (!running.waitFor(TO_STOP.toSeconds(), TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException stop) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
