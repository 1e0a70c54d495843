// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.bundle;

import java.util.List;
import java.util.stream.Collectors;

/// A policy that cannot be used. The message has a line for each thing that is wrong, in the order
/// of the file.
public final class BadBundle extends Exception {
    private static final long serialVersionUID = 1;

    /// One thing that is wrong.
    ///
    /// @param line of the file, from 1; 0: it is about the whole
    /// @param column of the line, from 1
    record Problem(int line, int column, String message) {
        @Override
        public String toString() {
            return line == 0 ? message : "line %d, column %d: %s".formatted(line, column, message);
        }
    }

    BadBundle(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
}
