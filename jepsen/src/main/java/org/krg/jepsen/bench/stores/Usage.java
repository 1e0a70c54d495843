// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What processes use of the machine, as the kernel tells.
public final class Usage {
    /// `sysconf(_SC_CLK_TCK)`, which is 100 on every Linux that Java runs on.
    private static final long TICKS_A_SECOND = 100;

    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int START = 19;
    private static final long KIB = 1024;

    private Usage() {}

    /// {@return the cpu time that servers have used so far}
    public static Duration cpu(Collection<Server> servers) {
        return Duration.ofMillis(
                servers.stream().mapToLong(each -> ticks(each.pid())).sum()
                        * (1000 / TICKS_A_SECOND));
    }

    private static long ticks(long pid) {
        var words = stat(pid);
        return Long.parseLong(words[UTIME]) + Long.parseLong(words[STIME]);
    }

    /// The name of the program, which may contain blanks and parentheses, is left out.
    private static String[] stat(long pid) {
        var stat = read(pid, "stat");
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    /// {@return when a process began, since the machine was started, to a hundredth of a second}
    public static Duration begin(long pid) {
        return Duration.ofMillis(Long.parseLong(stat(pid)[START]) * (1000 / TICKS_A_SECOND));
    }

    /// {@return the time since the machine was started, to a hundredth of a second}
    public static Duration uptime() {
        try {
            var seconds = Files.readString(Path.of("/proc/uptime")).split(" ", -1)[0];
            return Duration.ofMillis((long) (Double.parseDouble(seconds) * 1e3));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// {@return the cpu time that this process has used so far}
    public static Duration ownCpu() {
        var system =
                (com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean();
        return Duration.ofNanos(system.getProcessCpuTime());
    }

    /// {@return how much memory servers occupy}
    public static long residentBytes(Collection<Server> servers) {
        return servers.stream().mapToLong(each -> residentBytes(each.pid())).sum();
    }

    private static long residentBytes(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB)
                .findFirst()
                .orElse(0);
    }

    /// {@return how much of the disk servers occupy; files that are linked count once}
    public static long diskBytes(Collection<Server> servers) throws InterruptedException {
        var command = new ArrayList<>(List.of("du", "-s", "-c", "-B1"));
        servers.forEach(each -> command.add(each.data().toString()));
        try {
            // Files that go while it looks are errors for it; the sum is right all the same.
            var du =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            var lines = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            du.waitFor();
            return lines.lines()
                    .filter(line -> line.endsWith("total"))
                    .mapToLong(line -> Long.parseLong(line.substring(0, line.indexOf('\t'))))
                    .sum();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException gone) {
            throw new UncheckedIOException("process " + pid + " has ended", gone);
        }
    }
}
