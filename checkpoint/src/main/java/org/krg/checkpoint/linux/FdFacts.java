// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.util.List;
import java.util.Optional;

/// What `/proc/PID/fdinfo/FD` says.
final class FdFacts {
    private static final String CLOCK_BOOTTIME = "7";

    private FdFacts() {}

    /// {@return what decides whether a descriptor without a name can be saved, as
    /// [org.krg.checkpoint.model.OpenFile] has it behind its target; mostly empty}
    static String remark(List<String> lines) {
        if (field(lines, "eventfd-semaphore").equals(Optional.of("1"))) {
            return " semaphore";
        }
        return field(lines, "clockid").equals(Optional.of(CLOCK_BOOTTIME)) ? " boottime" : "";
    }

    /// {@return the value of a line `NAME: VALUE`}
    static Optional<String> field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
