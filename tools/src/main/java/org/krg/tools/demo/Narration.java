// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;

/// Tells what happens, each line with the time since the beginning.
final class Narration implements Consumer<String> {
    private final Terminal terminal;
    private final Consumer<String> out;
    private final long startNanos = System.nanoTime();

    /// @param terminal is told what is waited for
    /// @param out takes the lines
    Narration(Terminal terminal, Consumer<String> out) {
        this.terminal = terminal;
        this.out = out;
    }

    /// Begins to tell on standard error what is waited for, until the result is closed.
    Progress meanwhile(Supplier<String> waitedFor) {
        return Progress.of(terminal, waitedFor);
    }

    @Override
    public void accept(String line) {
        out.accept("[%5.1f s] %s".formatted(seconds(age()), line));
    }

    /// {@return the time since the beginning}
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
