// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.function.Supplier;

/// What is said when Ctrl-C ends a verb: what goes on of what it watched, and how to look again, or
/// what was given up.
public final class Farewell implements AutoCloseable {
    private final Thread hook;

    private Farewell(Thread hook) {
        this.hook = hook;
    }

    /// Has `line` said if the command is interrupted before the result is closed.
    public static Farewell of(Terminal terminal, String line) {
        return of(terminal, () -> line);
    }

    /// Has a line said that depends on when that is.
    public static Farewell of(Terminal terminal, Supplier<String> line) {
        var hook =
                new Thread(
                        () -> {
                            terminal.flush();
                            terminal.say((terminal.errIsTerminal() ? "\n" : "") + line.get());
                        },
                        "farewell");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Farewell(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyLeaving) {
            // The line is being said.
        }
    }
}
