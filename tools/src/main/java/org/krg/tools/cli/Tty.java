// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The terminal that this process was started from, by stty(1): every key goes through as it is
/// until this is closed, or the process ends.
public final class Tty implements AutoCloseable {
    private static final String DEVICE = "/dev/tty";

    private final String before;
    private final Thread hook;

    /// How large a terminal is.
    public record Size(int rows, int columns) {}

    private Tty(String before) {
        this.before = before;
        this.hook = new Thread(this::restore, "tty");
    }

    /// Takes the terminal over.
    ///
    /// @throws VerbFailed if there is none
    public static Tty takeOver() {
        try {
            var tty = new Tty(stty("-g"));
            Runtime.getRuntime().addShutdownHook(tty.hook);
            var _ = stty("raw", "-echo");
            return tty;
        } catch (IOException failure) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "there is no terminal here: " + failure.getMessage(),
                    "without -t the program gets pipes instead");
        }
    }

    /// {@return its present size; empty if nobody can tell}
    public Optional<Size> findSize() {
        try {
            var words = stty("size").split(" ", 2);
            var size = new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
            return size.rows() > 0 && size.columns() > 0 ? Optional.of(size) : Optional.empty();
        } catch (IOException | NumberFormatException unknown) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            if (Runtime.getRuntime().removeShutdownHook(hook)) {
                restore();
            }
        } catch (IllegalStateException leaving) {
            // The hook does it.
        }
    }

    private void restore() {
        try {
            var _ = stty(before);
        } catch (IOException gone) {
            // There is no terminal any more.
        }
    }

    private static String stty(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("stty", "-F", DEVICE));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        var said = text(process.getInputStream().readAllBytes());
        var complaint = text(process.getErrorStream().readAllBytes());
        try {
            if (process.waitFor() == 0) {
                return said;
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        throw new IOException(complaint);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).strip();
    }
}
