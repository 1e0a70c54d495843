// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.krg.checkpoint.CellView;

/// The terminal of a program, whose other side the init of its cell holds. To CRIU it is a thing of
/// the world outside, known by its numbers in the cell that was saved; at a restore it is given the
/// terminal of the new cell in its place, and keeps the settings, the session and the group in the
/// foreground itself. All descriptors of it come back as one open file.
///
/// @param names of the terminal and of `/dev/tty`, as CRIU forms them: `tty[RDEV:DEV]`
/// @param flags status flags of it beside the access mode
record CellTerminal(List<String> names, int flags) {
    private static final String IMAGE = "krg-terminal.img";
    private static final int O_NONBLOCK = 04000;

    /// Where `libkrgtty.so` opens it, once for each name.
    private static final int FIRST_FD = 100;

    CellTerminal {
        names = List.copyOf(names);
    }

    /// {@return the one in a cell, without its flags; empty if it has none}
    static Optional<CellTerminal> of(CellView cell) throws IOException {
        if (cell.terminal().isEmpty()) {
            return Optional.empty();
        }
        var root = Path.of("/proc", Long.toString(cell.initPid()), "root");
        var path = cell.terminal().get();
        return Optional.of(
                new CellTerminal(
                        List.of(
                                name(root.resolve(path.substring(1))),
                                name(root.resolve("dev/tty"))),
                        0));
    }

    /// {@return the same with the flags it has in a cell whose program stands still}
    CellTerminal standing(CellView cell) throws IOException {
        return new CellTerminal(names, flags(cell, cell.terminal().orElse("")));
    }

    /// {@return the one that a saved program had}
    static Optional<CellTerminal> find(Path images) throws IOException {
        try {
            var words = Files.readString(images.resolve(IMAGE)).strip().split(" ", -1);
            return Optional.of(
                    new CellTerminal(
                            List.of(words).subList(1, words.length), Integer.parseInt(words[0])));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (NumberFormatException malformed) {
            throw new IOException(IMAGE + " cannot be understood", malformed);
        }
    }

    void write(Path images) throws IOException {
        Files.writeString(images.resolve(IMAGE), flags + " " + String.join(" ", names) + "\n");
    }

    List<String> dumpOptions() {
        return names.stream().flatMap(name -> List.of("--external", name).stream()).toList();
    }

    List<String> restoreOptions() {
        var options = new ArrayList<String>();
        for (var name : names) {
            options.add("--inherit-fd");
            options.add("fd[%d]:%s".formatted(FIRST_FD + options.size() / 2, name));
        }
        return options;
    }

    /// {@return what `libkrgtty.c` is told at a restore}
    List<String> variables(CellView cell) {
        return List.of(
                "KRG_TTY=" + cell.terminal().orElse(""),
                "KRG_TTY_FLAGS=" + flags,
                "KRG_TTY_SESSION=" + cell.rootPid());
    }

    private static String name(Path device) throws IOException {
        var found = Files.readAttributes(device, "unix:rdev,dev");
        return "tty[%x:%x]".formatted(number(found, "rdev"), number(found, "dev"));
    }

    private static long number(Map<String, Object> found, String name) {
        return ((Number) Objects.requireNonNull(found.get(name), name)).longValue();
    }

    // Of the first descriptor of the first process that has it.
    private static int flags(CellView cell, String path) throws IOException {
        for (var pid : Files.readAllLines(cell.appCgroup().resolve("cgroup.procs"))) {
            var process = Path.of("/proc", pid);
            try (var links = Files.list(process.resolve("fd"))) {
                for (var link : links.sorted().toList()) {
                    if (Files.readSymbolicLink(link).toString().equals(path)) {
                        return flags(process.resolve("fdinfo").resolve(link.getFileName()));
                    }
                }
            }
        }
        return 0;
    }

    private static int flags(Path information) throws IOException {
        for (var line : Files.readAllLines(information)) {
            if (line.startsWith("flags:")) {
                return Integer.parseInt(line.substring("flags:".length()).strip(), 8) & O_NONBLOCK;
            }
        }
        return 0;
    }
}
