// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.krg.host.kernel.CgroupTree.Controller;
import org.krg.host.model.CellUsage;
import org.krg.linux.PidFd;

/// The cgroups of one cell. In the unified tree `directory` has two children, `init` for krg-init
/// and its tools and `app` for the program; only `app` is frozen and killed. In a hierarchy of a
/// single controller there is one group, for the program.
///
/// @param separate the group of each controller that has a hierarchy of its own
record CellCgroup(Path directory, Map<Controller, Path> separate) implements Confinement {
    private static final int SIGKILL = 9;
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(2);

    Path init() {
        return directory.resolve("init");
    }

    /// Made by `krg-pages`, where memory follows.
    private Path pages() {
        return directory.resolve("pages");
    }

    Path app() {
        return directory.resolve("app");
    }

    @Override
    public List<Path> initGroups() {
        return List.of(init());
    }

    @Override
    public List<Path> appGroups() {
        var groups = new ArrayList<>(List.of(app()));
        groups.addAll(separate.values());
        return groups;
    }

    @Override
    public void freeze(Duration limit) {
        write(app().resolve("cgroup.freeze"), "1");
        if (!becomes(this::isFrozen, limit)) {
            throw new CellFailed(app() + " did not freeze within " + limit.toMillis() + " ms");
        }
    }

    @Override
    public boolean isFrozen() {
        return hasEvent("frozen 1");
    }

    @Override
    public boolean isHalted() {
        return read(app().resolve("cgroup.freeze")).filter(it -> it.startsWith("1")).isPresent();
    }

    @Override
    public boolean hasTools() {
        return processes(init()).size() > 1;
    }

    @Override
    public boolean isMemoryHere() {
        return processes(pages()).isEmpty();
    }

    @Override
    public void kill() {
        if (!becomes(this::isKilled, KILL_LIMIT)) {
            throw new CellFailed("processes of " + app() + " outlive SIGKILL");
        }
    }

    /// What is written to `cgroup.kill` goes to the main thread of each process, and is lost where
    /// that one has ended before the others, `pthread_exit(3)`: such a process goes on, and may
    /// have made others meanwhile.
    ///
    /// @return whether there was none such
    private boolean isKilled() {
        killGroup(app());
        var headless =
                processes(app()).stream()
                        .flatMap(pid -> ProcFs.findStat(pid).stream())
                        .filter(ProcFs.Stat::isHeadless)
                        .toList();
        for (var process : headless) {
            PidFd.open(process.pid()).ifPresent(opened -> kill(opened, process.pid()));
        }
        return headless.isEmpty();
    }

    private void kill(PidFd process, long pid) {
        try (process) {
            if (processes(app()).contains(pid)) {
                process.send(SIGKILL);
            }
        }
    }

    @Override
    public CellUsage usage() {
        var cpuMicros =
                read(app().resolve("cpu.stat"))
                        .flatMap(text -> field(text, "usage_usec"))
                        .orElse(0L);
        var tasks =
                read(app().resolve("cgroup.threads")).map(text -> text.lines().count()).orElse(0L);
        return new CellUsage(
                Duration.ofNanos(cpuMicros * 1000), memoryBytes(), Math.toIntExact(tasks));
    }

    @Override
    public OptionalLong findHostPid(int namespacePid) {
        for (var pid : processes(app())) {
            var numbers = ProcFs.findStatus(pid, "NSpid").orElse("").split("\\s+", -1);
            if (numbers[numbers.length - 1].equals(Integer.toString(namespacePid))) {
                return OptionalLong.of(pid);
            }
        }
        return OptionalLong.empty();
    }

    @Override
    public void remove() {
        if (Files.exists(directory)) {
            killGroup(app());
            killGroup(init());
            killGroup(pages());
            if (!becomes(() -> !isPopulated(), KILL_LIMIT)) {
                throw new CellFailed("processes of " + directory + " outlive SIGKILL");
            }
        }
        removeGroup(app());
        removeGroup(init());
        removeGroup(pages());
        removeGroup(directory);
        separate.values().forEach(CellCgroup::removeGroup);
        removeEmptyParents(directory);
        separate.values().forEach(CellCgroup::removeEmptyParents);
    }

    private long memoryBytes() {
        var counted =
                separate.containsKey(Controller.MEMORY)
                        ? separate.get(Controller.MEMORY).resolve("memory.usage_in_bytes")
                        : app().resolve("memory.current");
        return read(counted)
                .map(text -> Long.parseLong(text.strip()))
                .orElseGet(() -> processes(app()).stream().mapToLong(ProcFs::residentBytes).sum());
    }

    private boolean isPopulated() {
        return read(directory.resolve("cgroup.events"))
                .filter(text -> text.contains("populated 1"))
                .isPresent();
    }

    private boolean hasEvent(String line) {
        return read(app().resolve("cgroup.events")).filter(text -> text.contains(line)).isPresent();
    }

    private static List<Long> processes(Path group) {
        return read(group.resolve("cgroup.procs")).stream()
                .flatMap(String::lines)
                .map(Long::valueOf)
                .toList();
    }

    private static Optional<Long> field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> Long.valueOf(line.substring(name.length() + 1)))
                .findFirst();
    }

    private static void killGroup(Path group) {
        if (Files.exists(group)) {
            write(group.resolve("cgroup.kill"), "1");
        }
    }

    /// The kernel answers EBUSY for a moment after the last process of a group has ended.
    private static void removeGroup(Path group) {
        if (!becomes(() -> isRemoved(group), KILL_LIMIT)) {
            throw new CellFailed("cannot remove " + group);
        }
    }

    private static boolean isRemoved(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (FileSystemException busy) {
            return false;
        } catch (IOException failure) {
            throw new CellFailed("cannot remove " + group, failure);
        }
    }

    /// Leaves `krg/<cluster>/<node>` only where another cell is in it.
    private static void removeEmptyParents(Path group) {
        var parent = group.getParent();
        for (var level = 0; level < 3 && parent != null; level++) {
            if (!Files.exists(parent) || !isRemoved(parent)) {
                return;
            }
            parent = parent.getParent();
        }
    }

    private static boolean becomes(BooleanSupplier condition, Duration limit) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return condition.getAsBoolean();
            }
        }
        return true;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new CellFailed("cannot write '" + text + "' to " + file, failure);
        }
    }

    /// {@return the content of a kernel file; empty where this machine has no such file}
    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (IOException failure) {
            // ENODEV: the group was removed while we read.
            return Optional.empty();
        }
    }
}
