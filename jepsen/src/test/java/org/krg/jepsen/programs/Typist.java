// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;

/// Somebody who sits at a terminal of 33 lines and 99 columns and uses `krg-admin` there. Closing
/// it is the end of the command by SIGKILL.
public final class Typist implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path COMMAND =
            Path.of(System.getProperty("krg.root"), "tools", "krg-admin");

    /// Connects its standard streams with a terminal that the command has.
    private static final String AT_A_TERMINAL =
            "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

    private final Process process;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Typist(Process process) {
        this.process = process;
        Thread.ofVirtual().name("screen").start(this::look);
    }

    /// Starts the command with these arguments.
    public static Typist of(Cluster cluster, String... arguments) {
        var command =
                new ArrayList<>(
                        List.of(
                                "/usr/bin/python3",
                                "-c",
                                AT_A_TERMINAL,
                                "sh",
                                "-c",
                                "stty rows 33 cols 99; exec \"$0\" \"$@\"",
                                COMMAND.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("KRG_BUILT", "yes");
        builder.environment().put("KRG_ENDPOINT", cluster.members().getFirst().api().toString());
        try {
            return new Typist(builder.start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void look() {
        try {
            var buffer = new byte[1 << 12];
            var screen = process.getInputStream();
            for (int count = screen.read(buffer); count >= 0; count = screen.read(buffer)) {
                synchronized (shown) {
                    shown.write(buffer, 0, count);
                }
            }
        } catch (IOException closed) {
            // The command was killed.
        }
    }

    /// Types some keys.
    public void type(String keys) {
        try {
            var keyboard = process.getOutputStream();
            keyboard.write(keys.getBytes(StandardCharsets.US_ASCII));
            keyboard.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// {@return what the terminal has shown so far}
    public String shown() {
        synchronized (shown) {
            return shown.toString(StandardCharsets.UTF_8);
        }
    }

    /// Waits until the terminal has shown something.
    public void awaitShown(String text) {
        try {
            Await.until("\"" + text + "\" to be shown", LIMIT, () -> shown().contains(text));
        } catch (CampaignFailed late) {
            throw new AssertionError("what is shown: " + shown(), late);
        }
    }

    /// {@return the exit code of the command}
    public int awaitEnd() {
        return process.onExit().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        var _ = process.onExit().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }
}
