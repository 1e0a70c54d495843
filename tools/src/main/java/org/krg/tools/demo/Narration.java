// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.time.Duration;
import java.util.function.Consumer;

/// Tells what happens, each line with the time since the beginning.
final class Narration implements Consumer<String> {
    private final Consumer<String> out;
    private final long startNanos = System.nanoTime();

    Narration(Consumer<String> out) {
        this.out = out;
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
