// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.util.List;
import java.util.Optional;

/// What `/proc/PID/fdinfo/FD` says.
final class FdFacts {
    private static final String CLOCK_BOOTTIME = "7";

    /// On x86 and on ARM, where the other one is O_DIRECTORY, which no pipe has.
    private static final int O_DIRECT = 040000 | 0200000;

    private FdFacts() {}

    /// {@return what decides whether a descriptor without a name can be saved, as
    /// [org.krg.checkpoint.model.OpenFile] has it behind its target; mostly empty}
    ///
    /// @param target where `/proc/PID/fd/FD` points to
    static String remark(String target, List<String> lines) {
        if (target.startsWith("pipe:[") && (flags(lines) & O_DIRECT) != 0) {
            return " packets";
        }
        if (field(lines, "eventfd-semaphore").equals(Optional.of("1"))) {
            return " semaphore";
        }
        return field(lines, "clockid").equals(Optional.of(CLOCK_BOOTTIME)) ? " boottime" : "";
    }

    /// {@return what it was opened with, `open(2)`; 0 if nothing says so}
    static int flags(List<String> lines) {
        return field(lines, "flags").map(value -> Integer.parseUnsignedInt(value, 8)).orElse(0);
    }

    /// {@return the value of a line `NAME: VALUE`}
    static Optional<String> field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
