// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The mappings of a process as the kernel shows them, `/proc/PID/maps`, `proc_pid_maps(5)`:
/// `START-END rwxs …` in hexadecimal, END not included.
public final class Mappings {
    private static final char STORES = 'w';

    /// Of the rights in such a line.
    private static final int STORES_AT = 1;

    private Mappings() {}

    /// {@return whether a process may store somewhere in a range of its addresses; empty if it has
    /// ended, maps nothing there, or is not to be looked at}
    public static Optional<Boolean> mayStore(int pid, long address, long length) {
        try {
            var file = Path.of("/proc", Integer.toString(pid), "maps");
            return mayStore(Files.readAllLines(file, StandardCharsets.ISO_8859_1), address, length);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    static Optional<Boolean> mayStore(List<String> lines, long address, long length) {
        return lines.stream()
                .map(line -> line.split(" ", 3))
                .filter(fields -> overlaps(fields[0].split("-", 2), address, length))
                .map(fields -> fields[1].charAt(STORES_AT) == STORES)
                .reduce(Boolean::logicalOr);
    }

    private static boolean overlaps(String[] range, long address, long length) {
        return isBelow(range[0], address + length) && !isBelow(range[1], address + 1);
    }

    /// The kernel's own lie at the top, as unsigned numbers.
    private static boolean isBelow(String text, long address) {
        return Long.compareUnsigned(Long.parseUnsignedLong(text, 16), address) < 0;
    }
}
