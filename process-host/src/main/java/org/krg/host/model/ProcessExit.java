// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// How a process ended.
public sealed interface ProcessExit {
    /// {@return the exit status a shell would show: the program's own, 128 + signal, or 125 when
    /// krg cannot tell}
    int shellStatus();

    /// It was never run.
    ///
    /// @param code 127 if the program was not found, 126 if it could not be executed, 125 if that
    ///   says nothing about the program: it can be otherwise in a moment or on another node
    record NotStarted(int code, String message) implements ProcessExit {
        @Override
        public int shellStatus() {
            return code;
        }
    }

    /// It ended by itself.
    record Exited(int code) implements ProcessExit {
        @Override
        public int shellStatus() {
            return code;
        }
    }

    /// A signal ended it.
    record Signaled(int number) implements ProcessExit {
        @Override
        public int shellStatus() {
            return 128 + number;
        }
    }

    /// It is gone, not by anything it did: the machine went down, the cell was killed from outside,
    /// or it was killed because the node's lease was over.
    record Vanished(String reason) implements ProcessExit {
        @Override
        public int shellStatus() {
            return 125;
        }
    }
}
