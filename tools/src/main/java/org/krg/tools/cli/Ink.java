// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

/// Colours for talk on standard error: only where a person reads it, and not if `NO_COLOR` is set
/// or the terminal is dumb.
record Ink(boolean coloured) {
    static Ink of(Terminal terminal) {
        return new Ink(
                terminal.errIsTerminal()
                        && terminal.variable("NO_COLOR").isEmpty()
                        && !terminal.variable("TERM").orElse("dumb").equals("dumb"));
    }

    String red(String text) {
        return coloured ? "\u001b[31m" + text + "\u001b[0m" : text;
    }
}
