// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// Waits for what a running program is in the middle of and mostly brings to its end by itself.
final class Lasting {
    private Lasting() {}

    /// Looks whether it is still so.
    @FunctionalInterface
    interface Look<T> {
        /// {@return what is in the way}
        Optional<T> find() throws IOException;
    }

    /// {@return what is still found after `limit`}
    ///
    /// @param pause between two looks
    static <T> Optional<T> await(Look<T> look, Duration pause, Duration limit) throws IOException {
        var until = System.nanoTime() + limit.toNanos();
        var found = look.find();
        while (found.isPresent() && System.nanoTime() < until) {
            pause(pause);
            found = look.find();
        }
        return found;
    }

    static void pause(Duration length) throws IOException {
        try {
            Thread.sleep(length);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a program ends what it has begun", stop);
        }
    }
}
