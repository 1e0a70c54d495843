// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.krg.linux.PidFd;

/// The identity of a `krg-init`: its number together with what no later holder of the number
/// shares.
///
/// @param pid as the host counts
/// @param startTicks when it started, in ticks since the machine started
/// @param bootId of the machine's run in which it started
record InitProcess(long pid, long startTicks, String bootId) {
    private static final String FILE = "pid";
    private static final int SIGKILL = 9;

    private static final Pattern WORDS = Pattern.compile("(\\d{1,18}) (\\d{1,18}) (\\S+)\\s*");

    /// {@return what the cell's `pid` file says; empty if krg-init never came that far, or if a
    /// loss of power, which nothing outlives, left the file without its text}
    static Optional<InitProcess> find(Path cell) {
        try {
            var words = WORDS.matcher(Files.readString(cell.resolve(FILE)));
            return words.matches()
                    ? Optional.of(
                            new InitProcess(
                                    Long.parseLong(words.group(1)),
                                    Long.parseLong(words.group(2)),
                                    words.group(3)))
                    : Optional.empty();
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new CellFailed("cannot read " + cell.resolve(FILE), failure);
        }
    }

    /// {@return whether the process of this identity lives}
    boolean isAlive() {
        return bootId.equals(ProcFs.bootId())
                && ProcFs.findStat(pid)
                        .filter(stat -> stat.startTicks() == startTicks && !stat.isDead())
                        .isPresent();
    }

    /// Waits for the end of the process.
    ///
    /// @return whether it has ended
    boolean awaitEnd(Duration limit) {
        var descriptor = PidFd.open(pid);
        if (descriptor.isEmpty()) {
            return true;
        }
        try (var process = descriptor.get()) {
            // Only now is it certain that the descriptor is that of the process we mean.
            return !isAlive() || process.awaitEnd(limit);
        }
    }

    /// Kills the process, and with it, if it is PID 1 of a namespace, all others in there.
    void kill() {
        var descriptor = PidFd.open(pid);
        if (descriptor.isPresent()) {
            try (var process = descriptor.get()) {
                if (isAlive()) {
                    process.send(SIGKILL);
                }
            }
        }
    }
}
