// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.bundle;

import java.util.List;
import java.util.stream.Collectors;
import org.krg.policy.core.BadPolicy;

/// One thing that is wrong with a bundle.
///
/// @param line of the file, from 1; 0: it is about the whole
/// @param column of the line, from 1
record Problem(int line, int column, String message) {
    /// Throws if there is any.
    static void refuse(List<Problem> problems) throws BadPolicy {
        if (!problems.isEmpty()) {
            throw new BadPolicy(
                    problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        }
    }

    @Override
    public String toString() {
        return line == 0 ? message : "line %d, column %d: %s".formatted(line, column, message);
    }
}
