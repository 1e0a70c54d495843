// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.host.model.CellId;
import org.krg.host.model.LimitSupport;
import org.krg.state.model.ResourceLimits;

/// Where a node's cgroups are: `krg/<cluster>/<node>` in the unified tree, which freezes and kills,
/// and, for each controller that this machine keeps in a hierarchy of its own, there as well.
///
/// Which trees exist is found out once, at construction, from `/proc/self/mounts`.
final class CgroupTree {
    /// The kinds of limit we know, by the name of their controller.
    enum Controller {
        CPU,
        MEMORY,
        PIDS;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A parent removed by another agent between two steps of making a child is made again.
    private static final int MOST_CREATE_ROUNDS = 20;

    private final Path unified;
    private final List<String> levels;
    private final Map<Controller, Path> separate;
    private final List<Controller> inUnified;

    private CgroupTree(
            Path unified,
            List<String> levels,
            Map<Controller, Path> separate,
            List<Controller> inUnified) {
        this.unified = unified;
        this.levels = levels;
        this.separate = separate;
        this.inUnified = inUnified;
    }

    /// {@return the trees of this machine; empty if there is no unified one, or no right to use it}
    static Optional<CgroupTree> find(String cluster, String node) {
        var mounts = Mount.all();
        var unified =
                mounts.stream()
                        .filter(mount -> mount.type().equals("cgroup2"))
                        .map(Mount::where)
                        .filter(Files::isWritable)
                        .findFirst();
        if (unified.isEmpty()) {
            return Optional.empty();
        }
        var separate = new TreeMap<Controller, Path>();
        for (var controller : Controller.values()) {
            mounts.stream()
                    .filter(mount -> mount.type().equals("cgroup"))
                    .filter(mount -> mount.options().contains(controller.text()))
                    .map(Mount::where)
                    .filter(Files::isWritable)
                    .findFirst()
                    .ifPresent(where -> separate.put(controller, where));
        }
        var levels = List.of("krg", cluster, node);
        var offered = readWords(unified.get().resolve("cgroup.controllers"));
        var inUnified = new ArrayList<Controller>();
        for (var controller : Controller.values()) {
            if (offered.contains(controller.text()) && !separate.containsKey(controller)) {
                inUnified.add(controller);
            }
        }
        return Optional.of(new CgroupTree(unified.get(), levels, separate, inUnified));
    }

    /// {@return the root of the unified tree}
    Path root() {
        return unified;
    }

    /// {@return for each kind of limit whether it holds here}
    List<LimitSupport> limits() {
        var found = new ArrayList<LimitSupport>();
        for (var controller : Controller.values()) {
            if (inUnified.contains(controller)) {
                found.add(new LimitSupport.InForce(controller.text(), unified.toString()));
            } else if (separate.containsKey(controller)) {
                var where = separate.get(controller);
                found.add(new LimitSupport.InForce(controller.text(), "" + where));
            } else {
                var reason = "no writable cgroup hierarchy has the controller";
                found.add(new LimitSupport.Off(controller.text(), reason));
            }
        }
        return found;
    }

    /// Makes the cgroups of a cell and puts its limits in force.
    ///
    /// @throws CellFailed if the kernel refuses; nothing is left then
    CellCgroup create(CellId id, ResourceLimits limits) {
        var cgroup = existing(id);
        try {
            makeUnified(cgroup);
            for (var directory : cgroup.separate().values()) {
                makeDirectories(directory);
            }
            for (var controller : Controller.values()) {
                limit(cgroup, controller, limits);
            }
        } catch (IOException failure) {
            cgroup.remove();
            throw new CellFailed("cannot make the cgroups of cell " + id, failure);
        }
        return cgroup;
    }

    /// {@return the cgroups of a cell, whether they are there or not}
    CellCgroup existing(CellId id) {
        var directories = new TreeMap<Controller, Path>();
        separate.forEach((controller, root) -> directories.put(controller, under(root, id)));
        return new CellCgroup(under(unified, id), directories);
    }

    private Path under(Path root, CellId id) {
        var directory = root;
        for (var level : levels) {
            directory = directory.resolve(level);
        }
        return directory.resolve(id.toString());
    }

    private void makeUnified(CellCgroup cgroup) throws IOException {
        makeDirectories(cgroup.directory());
        var directory = unified;
        enableControllers(directory);
        for (var name : unified.relativize(cgroup.directory())) {
            directory = directory.resolve(name);
            enableControllers(directory);
        }
        makeDirectories(cgroup.init());
        makeDirectories(cgroup.app());
    }

    private void enableControllers(Path directory) throws IOException {
        for (var controller : inUnified) {
            write(directory.resolve("cgroup.subtree_control"), "+" + controller.text());
        }
    }

    private void limit(CellCgroup cgroup, Controller controller, ResourceLimits limits)
            throws IOException {
        if (inUnified.contains(controller)) {
            limitUnified(cgroup.app(), controller, limits);
            return;
        }
        var separate = cgroup.separate().get(controller);
        if (separate != null) {
            limitSeparate(separate, controller, limits);
        }
    }

    private static void limitUnified(Path group, Controller controller, ResourceLimits limits)
            throws IOException {
        switch (controller) {
            case CPU ->
                    writeLimit(group, "cpu.max", atLeastQuota(limits.cpuMillis()), "%d00 100000");
            case MEMORY -> writeLimit(group, "memory.max", limits.memoryBytes(), "%d");
            case PIDS -> writeLimit(group, "pids.max", limits.processes(), "%d");
        }
    }

    private static void limitSeparate(Path group, Controller controller, ResourceLimits limits)
            throws IOException {
        switch (controller) {
            // The period is 100 ms, the kernel's default.
            case CPU ->
                    writeLimit(group, "cpu.cfs_quota_us", atLeastQuota(limits.cpuMillis()), "%d00");
            case MEMORY -> writeLimit(group, "memory.limit_in_bytes", limits.memoryBytes(), "%d");
            case PIDS -> writeLimit(group, "pids.max", limits.processes(), "%d");
        }
    }

    /// The kernel accepts no quota below 1 ms in a period of 100 ms.
    private static long atLeastQuota(long cpuMillis) {
        return cpuMillis == ResourceLimits.UNLIMITED ? cpuMillis : Math.max(cpuMillis, 10);
    }

    private static void writeLimit(Path group, String file, long value, String format)
            throws IOException {
        if (value != ResourceLimits.UNLIMITED) {
            write(group.resolve(file), format.formatted(value));
        }
    }

    private static void makeDirectories(Path directory) throws IOException {
        for (var round = 1; ; round++) {
            try {
                Files.createDirectories(directory);
                return;
            } catch (NoSuchFileException parentRemoved) {
                if (round == MOST_CREATE_ROUNDS) {
                    throw parentRemoved;
                }
            }
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    private static List<String> readWords(Path file) {
        try {
            return List.of(Files.readString(file).strip().split(" "));
        } catch (IOException failure) {
            throw new CellFailed("cannot read " + file, failure);
        }
    }

    /// One line of `/proc/self/mounts`.
    private record Mount(Path where, String type, List<String> options) {
        static List<Mount> all() {
            try (var lines = Files.lines(Path.of("/proc/self/mounts"))) {
                return lines.map(line -> line.split(" "))
                        .map(words ->
                                new Mount(
                                        Path.of(words[1]), words[2], List.of(words[3].split(","))))
                        .toList();
            } catch (IOException failure) {
                throw new CellFailed("cannot read /proc/self/mounts", failure);
            }
        }
    }
}
