// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The processes of this machine, as `/proc` shows them, `proc(5)`. A process that ends while it is
/// read is not there, nor is one that has ended and waits for its parent.
final class ProcessTable {
    private static final Path PROC = Path.of("/proc");

    private ProcessTable() {}

    /// A process.
    ///
    /// @param startTicks when it started, in ticks since the machine started: with the pid its
    ///   identity
    record Entry(long pid, long parent, long startTicks, List<String> arguments) {
        Entry {
            arguments = List.copyOf(arguments);
        }

        /// {@return whether it still runs; not whether another process got its number}
        boolean isAlive() {
            return find(pid).filter(now -> now.startTicks == startTicks).isPresent();
        }

        /// {@return the values of the variables it was started with whose name is given}
        Optional<String> findVariable(String name) {
            return strings(pid, "environ").stream()
                    .filter(variable -> variable.startsWith(name + "="))
                    .map(variable -> variable.substring(name.length() + 1))
                    .findFirst();
        }

        /// Sends SIGKILL, to no other process that got the number meanwhile.
        void kill() {
            handle().ifPresent(ProcessHandle::destroyForcibly);
        }

        /// Sends SIGTERM, to no other process that got the number meanwhile.
        void terminate() {
            handle().ifPresent(ProcessHandle::destroy);
        }

        // A handle remembers when its process started and signals no later one; that it is ours is
        // certain if ours lives after the handle was made.
        private Optional<ProcessHandle> handle() {
            return ProcessHandle.of(pid).filter(_ -> isAlive());
        }
    }

    /// {@return all, in the order of the kernel}
    static List<Entry> all() {
        var found = new ArrayList<Entry>();
        try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var entry : entries) {
                find(Long.parseLong(entry.getFileName().toString())).ifPresent(found::add);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot list " + PROC, failure);
        }
        return found;
    }

    /// {@return the process of that number}
    static Optional<Entry> find(long pid) {
        return read(pid, "stat").flatMap(line -> parse(line, strings(pid, "cmdline")));
    }

    /// @param stat a line of `/proc/PID/stat`; its second field is the program's name in
    ///   parentheses and may itself contain anything
    static Optional<Entry> parse(String stat, List<String> arguments) {
        var afterName = stat.lastIndexOf(')');
        if (afterName < 0) {
            return Optional.empty();
        }
        var fields = stat.substring(afterName + 2).split(" ", -1);
        if (fields[0].equals("Z") || fields[0].equals("X")) {
            return Optional.empty();
        }
        return Optional.of(
                new Entry(
                        Long.parseLong(stat.substring(0, stat.indexOf(' '))),
                        Long.parseLong(fields[1]),
                        Long.parseLong(fields[19]),
                        arguments));
    }

    private static List<String> strings(long pid, String file) {
        return read(pid, file).map(text -> List.of(text.split("\0"))).orElse(List.of());
    }

    private static Optional<String> read(long pid, String file) {
        try {
            var bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve(file));
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
