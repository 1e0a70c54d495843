// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What `/proc` says about processes, `proc(5)`. A process that ends while it is read is not there.
final class ProcFs {
    private static final Path PROC = Path.of("/proc");

    /// USER_HZ: the unit of times in `/proc/PID/stat`, the same on every architecture of Linux.
    private static final long NANOS_PER_TICK = 10_000_000;

    /// `socket:[INODE]`
    private static final String SOCKET = "socket:[";

    private ProcFs() {}

    /// One line of `/proc/PID/stat`.
    ///
    /// @param startTicks when the process started, in ticks since the machine started
    record Stat(long pid, char state, long parent, Duration cpu, int tasks, long startTicks) {
        /// A main thread that has ended is there, dead, as long as others go on.
        boolean isDead() {
            return (state == 'Z' || state == 'X') && tasks <= 1;
        }

        /// {@return whether its main thread has ended, `pthread_exit(3)`, and others go on}
        boolean isHeadless() {
            return state == 'Z' && tasks > 1;
        }
    }

    static Optional<Stat> findStat(long pid) {
        return read(pid, "stat").flatMap(ProcFs::parseStat);
    }

    /// {@return every process of this pid namespace, in the order of the kernel}
    static List<Stat> processes() {
        var found = new ArrayList<Stat>();
        try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var entry : entries) {
                findStat(Long.parseLong(entry.getFileName().toString())).ifPresent(found::add);
            }
        } catch (IOException failure) {
            throw new CellFailed("cannot list /proc", failure);
        }
        return found;
    }

    /// {@return the value of a field of `/proc/PID/status`, without the blanks around it}
    static Optional<String> findStatus(long pid, String field) {
        return read(pid, "status")
                .flatMap(text ->
                        text.lines()
                                .filter(line -> line.startsWith(field + ":"))
                                .map(line -> line.substring(field.length() + 1).strip())
                                .findFirst());
    }

    /// {@return resident memory; 0 when the process is gone}
    static long residentBytes(long pid) {
        return findStatus(pid, "VmRSS")
                .map(text -> Long.parseLong(text.split(" ", 2)[0]) * 1024)
                .orElse(0L);
    }

    /// {@return the arguments of a process with blanks between them; its name if it has none}
    static Optional<String> findCommand(long pid) {
        return read(pid, "cmdline")
                .map(text -> new String(text.getBytes(ISO_8859_1), UTF_8))
                .map(text -> text.replace('\0', ' ').strip())
                .filter(text -> !text.isEmpty())
                .or(() -> findStatus(pid, "Name"));
    }

    /// {@return whether the process was started with `variable` (`NAME=value`) in its environment}
    static boolean hasVariable(long pid, String variable) {
        return read(pid, "environ")
                .filter(text -> !text.isEmpty())
                .or(() -> findEnvironment(threads(pid)))
                .filter(text -> List.of(text.split("\0")).contains(variable))
                .isPresent();
    }

    /// What a main thread had is gone when it has ended before the others.
    private static Optional<String> findEnvironment(List<Path> threads) {
        return threads.stream()
                .flatMap(thread -> read(thread.resolve("environ")).stream())
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    private static List<Path> threads(long pid) {
        try (var threads = Files.list(PROC.resolve(pid + "/task"))) {
            return threads.toList();
        } catch (IOException | UncheckedIOException gone) {
            return List.of();
        }
    }

    /// {@return the sockets of this process, by inode}
    static List<Long> ownSockets() {
        var sockets = new ArrayList<Long>();
        try (var links = Files.newDirectoryStream(PROC.resolve("self/fd"))) {
            for (var link : links) {
                findSocket(link).ifPresent(sockets::add);
            }
        } catch (IOException failure) {
            throw new CellFailed("cannot list /proc/self/fd", failure);
        }
        return sockets;
    }

    private static Optional<Long> findSocket(Path link) {
        try {
            var target = Files.readSymbolicLink(link).toString();
            return target.startsWith(SOCKET)
                    ? Optional.of(
                            Long.parseLong(target.substring(SOCKET.length(), target.length() - 1)))
                    : Optional.empty();
        } catch (IOException closed) {
            return Optional.empty();
        }
    }

    /// {@return what distinguishes this start of the machine from all others}
    static String bootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException failure) {
            throw new CellFailed("cannot read the boot id", failure);
        }
    }

    private static Optional<String> read(long pid, String file) {
        return read(PROC.resolve(Long.toString(pid)).resolve(file));
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), ISO_8859_1));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static Optional<Stat> parseStat(String line) {
        // The second field is the program's name in parentheses and may itself contain anything.
        var afterName = line.lastIndexOf(')');
        if (afterName < 0) {
            return Optional.empty();
        }
        var pid = Long.parseLong(line.substring(0, line.indexOf(' ')));
        var fields = line.substring(afterName + 2).split(" ", -1);
        var cpuTicks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return Optional.of(
                new Stat(
                        pid,
                        fields[0].charAt(0),
                        Long.parseLong(fields[1]),
                        Duration.ofNanos(cpuTicks * NANOS_PER_TICK),
                        Integer.parseInt(fields[17]),
                        Long.parseLong(fields[19])));
    }
}
