// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.krg.jepsen.cluster.Await;

/// For how long a program did not run, as it has noticed itself; by the time of day.
///
/// @param file that the program appends to: microseconds of the end and of the length of each
///   stretch
record Gaps(Path file) {
    private static final Duration TO_BE_READY = Duration.ofMinutes(2);

    /// A program that runs again notices within this, also on a busy machine.
    private static final Duration TO_NOTICE = Duration.ofMillis(400);

    private static final long NANOS_PER_MICRO = 1000;
    private static final long MICROS_PER_MILLI = 1000;

    /// Waits until the program has all its memory.
    void awaitReady() {
        var ready = Path.of(file + ".ready");
        Await.until("the program to be ready", TO_BE_READY, () -> Files.exists(ready));
    }

    /// {@return the longest stretch that ended after `since`}
    ///
    /// @param since as [System#currentTimeMillis] tells it
    Duration longestSince(long since) {
        Await.pause(TO_NOTICE);
        try {
            var longest = 0L;
            for (var line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                var words = line.split(" ", 2);
                if (Long.parseLong(words[0]) > since * MICROS_PER_MILLI) {
                    longest = Math.max(longest, Long.parseLong(words[1]));
                }
            }
            return Duration.ofNanos(longest * NANOS_PER_MICRO);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
