// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What this machine shows of processes, cgroups and mounts.
public final class Machine {
    private static final Path PROC = Path.of("/proc");

    private Machine() {}

    /// {@return the processes one of whose arguments contains `text`, this one apart}
    public static List<Long> processesWithArgument(String text) {
        return processes().filter(pid -> read(pid, "cmdline").contains(text)).toList();
    }

    /// {@return what is left of a dev cluster, in words}
    ///
    /// @param directory of the cluster
    /// @param name of the cluster, which names its cgroups
    public static List<String> remains(Path directory, String name) {
        var found = new ArrayList<String>();
        var path = directory.toString();
        processes()
                .filter(pid ->
                        read(pid, "cmdline").contains(path) || read(pid, "environ").contains(path))
                .map(pid -> "process " + pid + " " + read(pid, "cmdline").replace('\0', ' '))
                .forEach(found::add);
        cgroups(name).map(cgroup -> "cgroup " + cgroup).forEach(found::add);
        lines(PROC.resolve("self/mounts"))
                .filter(line -> line.contains(path))
                .map(line -> "mount " + line)
                .forEach(found::add);
        networks(name).map(network -> "network " + network).forEach(found::add);
        if (Files.exists(directory)) {
            found.add("directory " + path);
        }
        return found;
    }

    /// {@return whether something is mounted there}
    public static boolean isMounted(Path directory) {
        return lines(PROC.resolve("self/mounts"))
                .anyMatch(line -> line.contains(" " + directory + " "));
    }

    /// {@return the cgroup that freezes the program of a cell}
    public static Path cell(String cluster, String node, long process, long epoch) {
        return mounts("cgroup2")
                .map(mount -> mount.resolve(Path.of("krg", cluster, node, process + "." + epoch)))
                .map(cell -> cell.resolve("app"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() ->
                        new CampaignFailed(
                                "no cgroup for epoch %d of process %d on %s"
                                        .formatted(epoch, process, node)));
    }

    /// {@return whether no process of a cgroup gets to run}
    public static boolean isFrozen(Path cgroup) {
        return lines(cgroup.resolve("cgroup.events")).anyMatch("frozen 1"::equals);
    }

    /// {@return the processes of a cgroup}
    public static List<Long> processesOf(Path cgroup) {
        return lines(cgroup.resolve("cgroup.procs")).map(Long::valueOf).toList();
    }

    private static Stream<Path> cgroups(String name) {
        return Stream.concat(mounts("cgroup"), mounts("cgroup2"))
                .map(mount -> mount.resolve("krg").resolve(name))
                .filter(Files::exists);
    }

    /// The namespaces and devices of nodes that have networks of their own.
    private static Stream<Path> networks(String name) {
        var ours = name.replace("dev-", "krg");
        return Stream.of(Path.of("/run/netns"), Path.of("/sys/class/net"))
                .flatMap(Machine::entries)
                .filter(entry -> entry.getFileName().toString().startsWith(ours));
    }

    private static Stream<Path> entries(Path directory) {
        try (var entries = Files.list(directory)) {
            return entries.toList().stream();
        } catch (IOException notThere) {
            return Stream.empty();
        }
    }

    private static Stream<Path> mounts(String type) {
        return lines(PROC.resolve("self/mounts"))
                .map(line -> line.split(" "))
                .filter(words -> words[2].equals(type))
                .map(words -> Path.of(words[1]));
    }

    private static Stream<Long> processes() {
        try (var entries = Files.list(PROC)) {
            return entries
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> name.matches("[0-9]+"))
                    .map(Long::valueOf)
                    .filter(pid -> pid != ProcessHandle.current().pid())
                    .toList()
                    .stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// A process that ends in between has no text.
    private static String read(long pid, String file) {
        try {
            var bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve(file));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException ended) {
            return "";
        }
    }

    private static Stream<String> lines(Path file) {
        return findLines(file).orElse(List.of()).stream();
    }

    private static Optional<List<String>> findLines(Path file) {
        try {
            return Optional.of(Files.readAllLines(file));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
