// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A `krg-admin`, or another program, that runs. Closing it kills it, if that is still needed, and
/// removes its output.
public final class Running implements AutoCloseable {
    private final List<String> arguments;
    private final Process process;
    private final Path out;
    private final Path err;

    Running(List<String> arguments, Process process, Path out, Path err) {
        this.arguments = arguments;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /// Does what Ctrl-C does.
    public void interrupt() {
        try {
            var kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new CampaignFailed(
                        "cannot interrupt " + arguments + ", pid " + process.pid());
            }
        } catch (IOException | InterruptedException failure) {
            throw new CampaignFailed("cannot interrupt " + arguments, failure);
        }
    }

    /// {@return what it has written to standard output so far}
    public String outSoFar() {
        return read(out);
    }

    /// {@return what it has written to standard error so far}
    public String errSoFar() {
        return read(err);
    }

    /// Waits until it ends.
    ///
    /// @throws CampaignFailed if it does not within `limit`, or if the thread is interrupted, which
    ///   is over with that
    public Finished await(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new CampaignFailed(
                        "%s runs for more than %d s\n--- stdout\n%s\n--- stderr\n%s"
                                .formatted(
                                        String.join(" ", arguments),
                                        limit.toSeconds(),
                                        outSoFar(),
                                        errSoFar()));
            }
        } catch (InterruptedException stop) {
            throw new CampaignFailed("interrupted", stop);
        }
        return new Finished(arguments, process.exitValue(), outSoFar(), errSoFar());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
