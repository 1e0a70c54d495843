// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;

/// A command that runs as long as a lease lasts.
final class LockedCommand {
    /// Between being asked to end and being killed, while the lease lasts.
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final int PROGRAM_NOT_FOUND = 127;

    private final Terminal terminal;
    private final List<String> command;
    private final HeldLease lease;

    LockedCommand(Terminal terminal, List<String> command, HeldLease lease) {
        this.terminal = terminal;
        this.command = List.copyOf(command);
        this.lease = lease;
    }

    /// Runs it and returns its exit code. Throws when the lease was lost meanwhile; the command has
    /// ended then.
    int run(long token) throws InterruptedException {
        terminal.flush();
        var process = lease.begin(() -> start(token), this::stop);
        try {
            CompletableFuture.anyOf(process.onExit(), lease.lost()).get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("a process ends without a failure", impossible);
        } finally {
            stop(process);
        }
        if (lease.lost().isDone()) {
            throw HeldLease.failure();
        }
        return process.exitValue();
    }

    private Process start(long token) {
        var builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("KRG_LOCK_TOKEN", Long.toString(token));
        builder.environment().put("KRG_LOCK_LEASE", Long.toString(lease.id()));
        try {
            return builder.start();
        } catch (IOException missing) {
            throw new VerbFailed(
                    PROGRAM_NOT_FOUND,
                    "cannot start " + command.getFirst() + ": " + missing.getMessage(),
                    "the lock is released");
        }
    }

    /// The lock is held until the command has ended, whatever it does at Ctrl-C.
    private void stop(Process process) {
        if (!process.isAlive()) {
            return;
        }
        process.destroy();
        var grace = lease.lost().isDone() ? lease.margin() : GRACE;
        try {
            if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
