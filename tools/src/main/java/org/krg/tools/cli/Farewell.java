// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

/// What is said when Ctrl-C ends a verb that only watches something: that goes on, and how to look
/// again.
public final class Farewell implements AutoCloseable {
    private final Thread hook;

    private Farewell(Thread hook) {
        this.hook = hook;
    }

    /// Has `line` said if the command is interrupted before the result is closed.
    public static Farewell of(Terminal terminal, String line) {
        var hook =
                new Thread(
                        () -> {
                            terminal.flush();
                            terminal.say((terminal.errIsTerminal() ? "\n" : "") + line);
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
