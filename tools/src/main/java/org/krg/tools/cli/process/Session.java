// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.io.IOException;
import java.time.Duration;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.Tty;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.http.LogStream;

/// A terminal here, connected with the terminal of a process: until the process ends, or Ctrl-P
/// Ctrl-Q is typed, or this command is lost, which the process does not notice.
final class Session {
    private static final Duration LOOK_AT_SIZE = Duration.ofSeconds(1);
    private static final char BELL = 7;

    private final Terminal terminal;
    private final ApiClient client;
    private final String target;
    private final boolean isWatching;
    private volatile boolean isDetached;

    /// @param isWatching whether nothing that is typed is passed on
    Session(Terminal terminal, ApiClient client, String target, boolean isWatching) {
        this.terminal = terminal;
        this.client = client;
        this.target = target;
        this.isWatching = isWatching;
    }

    /// Connects the two.
    ///
    /// @param offset from which byte of its output on the process is shown
    /// @return the exit code of the process; 0 if it goes on
    int run(long offset) throws InterruptedException {
        if (!terminal.inIsTerminal()) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "standard input is no terminal",
                    "without -t the program gets pipes instead");
        }
        Stdin.awaitStart(client, target);
        try (var tty = Tty.takeOver();
                var log = client.logs(target, "stdout", offset, true)) {
            var watch = Thread.ofVirtual().name("size").start(() -> followSize(tty));
            Thread.ofPlatform().daemon().name("keys").start(() -> type(log));
            new Output(terminal, "stdout", new OutputOptions()).copy(log, true);
            watch.interrupt();
        }
        if (isDetached) {
            terminal.say("\ndetached; %s goes on: krg-admin attach %s".formatted(target, target));
            return ExitCode.OK;
        }
        var ended = Outcomes.await(client, target, Deadline.in(null)).orElseThrow();
        return Outcomes.exitCode(ended);
    }

    // Ctrl-C is a key as any other.
    private void type(LogStream log) {
        var keys = new DetachKeys();
        var buffer = new byte[1 << 12];
        try {
            for (int count = terminal.in().read(buffer); count >= 0; ) {
                var typed = keys.take(buffer, count);
                if (!isWatching) {
                    pass(typed.bytes());
                }
                if (typed.detached()) {
                    break;
                }
                count = terminal.in().read(buffer);
            }
            isDetached = true;
        } catch (IOException gone) {
            // Nobody is there who types.
            return;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        log.close();
    }

    /// What cannot be passed on is lost: the process waits for a node, or has ended, which its
    /// output tells as well. The keys go on, among them those that detach.
    private void pass(byte[] typed) throws InterruptedException {
        try {
            Stdin.send(client, target, typed);
        } catch (ApiFailure lost) {
            terminal.err().print(BELL);
            terminal.err().flush();
        }
    }

    private void followSize(Tty tty) {
        var told = new Tty.Size(0, 0);
        try {
            while (true) {
                var now = tty.findSize().orElse(told);
                if (!now.equals(told) && tell(now)) {
                    told = now;
                }
                Thread.sleep(LOOK_AT_SIZE);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /// {@return whether the process has heard of it, which one that waits for a node does not}
    private boolean tell(Tty.Size now) {
        try {
            var size = Json.object().put("rows", now.rows()).put("columns", now.columns());
            var _ = client.post(ApiPath.of("processes", target, "terminal"), size);
            return true;
        } catch (ApiFailure later) {
            return false;
        }
    }
}
