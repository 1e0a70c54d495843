// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.krg.checkpoint.CellView;

/// How much memory the processes of a cell have that is in no file and not shared, `proc(5)`.
final class OwnMemory {
    private static final Pattern AMOUNT = Pattern.compile("(?:RssAnon|VmSwap):\\s+(\\d{1,15}) kB");

    private OwnMemory() {}

    static long bytes(CellView cell) throws IOException {
        var bytes = 0L;
        for (var pid : Files.readAllLines(cell.appCgroup().resolve("cgroup.procs"))) {
            bytes += Proc.whileThere(() -> bytes(pid)).orElse(0L);
        }
        return bytes;
    }

    private static long bytes(String pid) throws IOException {
        return Proc.lines(Path.of("/proc", pid, "status")).stream()
                .map(AMOUNT::matcher)
                .filter(amount -> amount.matches())
                .mapToLong(amount -> Long.parseLong(amount.group(1)) * 1024)
                .sum();
    }
}
