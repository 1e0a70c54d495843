// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.Locale;
import java.util.function.Consumer;

/// Tells how far a bench is, with the seconds since its start.
final class Talk {
    private final Consumer<String> lines;
    private final long startNanos = System.nanoTime();

    Talk(Consumer<String> lines) {
        this.lines = lines;
    }

    void say(String line) {
        var seconds = (System.nanoTime() - startNanos) / 1e9;
        lines.accept(String.format(Locale.ROOT, "[%6.1f s] %s", seconds, line));
    }
}
