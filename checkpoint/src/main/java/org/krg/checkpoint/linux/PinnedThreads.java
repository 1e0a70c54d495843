// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.engine.CellFiles.Unpinned;
import org.krg.checkpoint.model.CpuSet;
import org.krg.checkpoint.model.PinnedThread;
import org.krg.linux.CpuAffinity;
import org.krg.linux.LinuxException;

/// Threads of a cell that run on some of its processors only. CRIU does not save that: they would
/// come back on all that CRIU itself may use. What a cell may use is what its init may, which
/// nobody pins.
final class PinnedThreads {
    private final CellView cell;
    private final BitSet usable;

    PinnedThreads(CellView cell) throws IOException {
        this.cell = cell;
        this.usable =
                CpuAffinity.of(cell.initPid())
                        .orElseThrow(() -> new IOException("the init of the cell has ended"));
    }

    /// {@return those of one process}
    ///
    /// @param process its directory in `/proc`
    List<PinnedThread> of(Path process) throws IOException {
        var found = new ArrayList<PinnedThread>();
        try (var threads = Files.newDirectoryStream(process.resolve("task"))) {
            for (var thread : threads) {
                var cpus = CpuAffinity.of(Long.parseLong(thread.getFileName().toString()));
                if (cpus.isPresent() && !cpus.get().equals(usable)) {
                    Proc.whileThere(() -> number(thread))
                            .map(number -> new PinnedThread(number, CpuSet.of(cpus.get())))
                            .ifPresent(found::add);
                }
            }
        }
        found.sort((one, other) -> Integer.compare(one.thread(), other.thread()));
        return found;
    }

    /// See [org.krg.checkpoint.engine.CellFiles#pin].
    List<Unpinned> pin(List<PinnedThread> pinned) throws IOException {
        var wanted = new TreeMap<Integer, PinnedThread>();
        pinned.forEach(it -> wanted.put(it.thread(), it));
        var unpinned = new ArrayList<Unpinned>();
        for (var thread : Files.readAllLines(cell.appCgroup().resolve("cgroup.threads"))) {
            var found = wanted.get(number(Path.of("/proc", thread)));
            if (found != null) {
                var problem = pin(Long.parseLong(thread), found.cpus());
                if (!problem.isEmpty()) {
                    unpinned.add(new Unpinned(found, problem));
                }
            }
        }
        return unpinned;
    }

    private String pin(long thread, CpuSet wanted) {
        var here = CpuSet.of(usable);
        var left = wanted.within(here);
        try {
            CpuAffinity.set(thread, left.isEmpty() ? usable : left.bits());
            return left.isEmpty() ? "here it may run on " + here : "";
        } catch (LinuxException refused) {
            return "the kernel refuses, " + refused.errno();
        }
    }

    /// {@return the number of a thread inside the cell}
    private static int number(Path thread) throws IOException {
        return TreeScan.innermost(TreeScan.status(thread));
    }
}
