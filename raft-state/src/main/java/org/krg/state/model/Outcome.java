// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// How a process ended.
public sealed interface Outcome {
    /// It called exit(3) with `code`.
    record Exited(int code, Usage usage) implements Outcome {}

    /// A signal ended it.
    record Signaled(int signal, Usage usage) implements Outcome {}

    /// It never ran: 126 not executable, 127 not found, 125 anything else.
    record NotStarted(int code, String reason) implements Outcome {}

    /// It was lost with its node, or could not be restored, and its policy allows nothing more.
    record LostForGood(String reason) implements Outcome {}

    /// It was stopped while it waited for a node.
    record Cancelled() implements Outcome {}

    /// {@return what `run --wait` exits with: the program's own code, 128+N, or 125 to 127}
    default int exitCode() {
        return switch (this) {
            case Exited(var code, _) -> code;
            case Signaled(var signal, _) -> 128 + signal;
            case NotStarted(var code, _) -> code;
            case LostForGood _, Cancelled _ -> 125;
        };
    }
}
