// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import java.time.Duration;

/// A program that runs under something which can save and move it. Closing it ends it.
interface Subject extends AutoCloseable {
    /// How a program is moved.
    enum Mode {
        /// Its memory is sent ahead while it runs.
        warm,
        /// It stands still from the beginning.
        stopCopy,
        /// Its memory follows when it runs again.
        postCopy;

        String word() {
            return switch (this) {
                case warm -> "warm";
                case stopCopy -> "stop-copy";
                case postCopy -> "post-copy";
            };
        }
    }

    /// Saves the program, which goes on.
    Cost save();

    /// Gives the program up and brings it back from what was saved last.
    ///
    /// @return from the request until it runs
    Duration restore();

    /// Moves the program.
    Cost move(Mode mode);

    @Override
    void close();
}
