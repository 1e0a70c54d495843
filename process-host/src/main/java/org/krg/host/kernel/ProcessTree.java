// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.krg.host.model.CellUsage;
import org.krg.linux.PidFd;

/// The processes of a cell without isolation: whatever descends from its `krg-init`, a subreaper
/// that no descendant can leave while it lives.
final class ProcessTree implements Confinement {
    private static final int SIGKILL = 9;
    private static final Duration CONTROL_LIMIT = Duration.ofSeconds(5);
    private static final int MOST_KILL_ROUNDS = 100;

    private final Path cell;

    ProcessTree(Path cell) {
        this.cell = cell;
    }

    @Override
    public List<Path> initGroups() {
        return List.of();
    }

    @Override
    public List<Path> appGroups() {
        return List.of();
    }

    @Override
    public void freeze(Duration limit) {
        throw new CellFailed("a cell without isolation cannot be frozen: " + cell);
    }

    @Override
    public boolean isFrozen() {
        return false;
    }

    @Override
    public boolean isHalted() {
        return false;
    }

    /// Nothing of it is ever elsewhere.
    @Override
    public boolean isMemoryHere() {
        return true;
    }

    @Override
    public boolean hasTools() {
        return false;
    }

    @Override
    public void kill() {
        if (InitProcess.find(cell).filter(InitProcess::isAlive).isPresent()) {
            ControlSocket.request(cell, "kill", new byte[0], CONTROL_LIMIT);
        }
    }

    @Override
    public CellUsage usage() {
        var cpu = Duration.ZERO;
        var memoryBytes = 0L;
        var tasks = 0;
        for (var process : descendants()) {
            cpu = cpu.plus(process.cpu());
            memoryBytes += ProcFs.residentBytes(process.pid());
            tasks += process.tasks();
        }
        return new CellUsage(cpu, memoryBytes, tasks);
    }

    @Override
    public OptionalLong findHostPid(int namespacePid) {
        return OptionalLong.of(namespacePid);
    }

    /// Once krg-init is gone its orphans belong to nobody. They still carry the name of the cell in
    /// their environment, unless they have cleared it.
    @Override
    public void remove() {
        var init = InitProcess.find(cell).filter(InitProcess::isAlive);
        if (init.isPresent()) {
            endOrderly(init.get());
            init.get().kill();
        }
        var mark = "KRG_CELL=" + cell;
        for (var round = 0; round < MOST_KILL_ROUNDS; round++) {
            var left =
                    ProcFs.processes().stream()
                            .filter(process -> !process.isDead())
                            .filter(process -> ProcFs.hasVariable(process.pid(), mark))
                            .toList();
            if (left.isEmpty()) {
                return;
            }
            for (var process : left) {
                kill(process, mark);
            }
        }
        throw new CellFailed("processes of " + cell + " outlive SIGKILL");
    }

    private void endOrderly(InitProcess init) {
        try {
            kill();
            init.awaitEnd(CONTROL_LIMIT);
        } catch (CellFailed stuck) {
            // Its caller kills it.
        }
    }

    private static void kill(ProcFs.Stat process, String mark) {
        var descriptor = PidFd.open(process.pid());
        if (descriptor.isPresent()) {
            try (var opened = descriptor.get()) {
                if (ProcFs.hasVariable(process.pid(), mark)) {
                    opened.send(SIGKILL);
                    opened.awaitEnd(CONTROL_LIMIT);
                }
            }
        }
    }

    private List<ProcFs.Stat> descendants() {
        var init = InitProcess.find(cell).filter(InitProcess::isAlive);
        if (init.isEmpty()) {
            return List.of();
        }
        var all = ProcFs.processes();
        var family = new TreeSet<>(List.of(init.get().pid()));
        var found = new ArrayList<ProcFs.Stat>();
        boolean grown;
        do {
            grown = false;
            for (var process : all) {
                if (family.contains(process.parent()) && family.add(process.pid())) {
                    found.add(process);
                    grown = true;
                }
            }
        } while (grown);
        return found;
    }
}
