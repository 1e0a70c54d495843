// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.krg.host.kernel.SpecFile.Beginning;
import org.krg.host.model.CellId;
import org.krg.host.model.CellSpec;
import org.krg.host.model.Isolation;
import org.krg.host.model.LimitSupport;
import org.krg.linux.Account;
import org.krg.linux.UserTree;

/// The cells of one node. They live on without this object: a new one over the same directory finds
/// them all. Safe for use by several threads as long as each cell is handled by one at a time.
public final class Cells {
    /// krg-init is ready within milliseconds; a loaded machine may take a thousand times that.
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final CellsConfig config;
    private final Optional<CgroupTree> tree;

    private Cells(CellsConfig config, Optional<CgroupTree> tree) {
        this.config = config;
        this.tree = tree;
    }

    /// Opens the node's cells and makes the directory if it is missing.
    ///
    /// @throws CellFailed if the machine cannot isolate cells as configured
    public static Cells open(CellsConfig config) {
        var tree =
                switch (config.isolation()) {
                    case FULL -> CgroupTree.find(config.cluster(), config.node());
                    case PLAIN -> Optional.<CgroupTree>empty();
                };
        if (config.isolation() == Isolation.FULL && tree.isEmpty()) {
            throw new CellFailed("there is no cgroup2 tree that this user may write to");
        }
        makePrivateDirectory(config.directory());
        return new Cells(config, tree);
    }

    /// {@return the best this user can do on this machine}
    public static Isolation bestIsolation() {
        var possible = Account.ownUid() == 0 && CgroupTree.find("probe", "probe").isPresent();
        return possible ? Isolation.FULL : Isolation.PLAIN;
    }

    /// {@return for cpu, memory and pids whether limits on them hold here, and if not why}
    public List<LimitSupport> limits() {
        return tree.map(CgroupTree::limits)
                .orElseGet(() ->
                        List.of("cpu", "memory", "pids").stream()
                                .<LimitSupport>map(resource ->
                                        new LimitSupport.Off(resource, "cells are not isolated"))
                                .toList());
    }

    /// {@return the root of the unified cgroup tree; empty if cells are not isolated}
    public Optional<Path> findCgroupRoot() {
        return tree.map(CgroupTree::root);
    }

    /// {@return where what CRIU keeps of the kernel is to be for cells that are made from then on}
    public Path kdat() {
        return config.kdat();
    }

    /// {@return the directory of a cell, whether it is there or not}
    public Path directory(CellId id) {
        return config.directory().resolve(id.toString());
    }

    /// Makes the empty directory of a cell that is to be started, so that its `stdout` and `stderr`
    /// can be given what earlier incarnations wrote.
    public Path makeDirectory(CellId id) {
        var directory = directory(id);
        makePrivateDirectory(directory);
        return directory;
    }

    /// Makes a cell and starts its program. When this returns the program runs, or [Cell#findExit]
    /// says why it could not be started.
    ///
    /// @throws CellFailed if the cell exists or cannot be made; nothing is left then
    public Cell start(CellId id, CellSpec spec) {
        return make(id, spec, new Beginning.Start());
    }

    /// Makes a cell for a program that is to be restored there, see [Cell#expect], [Cell#inside]
    /// and [Cell#confirmRestored].
    ///
    /// @throws CellFailed if the cell exists or cannot be made; nothing is left then
    public Cell prepareRestore(CellId id, CellSpec spec) {
        return make(id, spec, new Beginning.Restore());
    }

    /// {@return every cell that has a directory, running or not, in the order of their ids}
    public List<Cell> list() {
        var ids = new ArrayList<CellId>();
        try (var entries = Files.newDirectoryStream(config.directory())) {
            for (var entry : entries) {
                CellId.find(entry.getFileName().toString()).ifPresent(ids::add);
            }
        } catch (IOException failure) {
            throw new CellFailed("cannot list " + config.directory(), failure);
        }
        return ids.stream().sorted().map(this::cell).toList();
    }

    /// {@return the cell, if it has a directory}
    public Optional<Cell> find(CellId id) {
        return Files.isDirectory(directory(id), LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(cell(id))
                : Optional.empty();
    }

    /// Kills whatever is left of a cell that is over and gives back what the machine set up for it.
    /// What the program wrote and how it ended stays.
    public void release(CellId id) {
        confinement(id).remove();
        sweep();
    }

    /// {@return the cell that a process is in; empty if it is in none}
    ///
    /// @param pid as the host counts
    public Optional<Cell> findWith(int pid) {
        return list().stream().filter(cell -> holds(cell, pid)).findFirst();
    }

    private static boolean holds(Cell cell, int pid) {
        try {
            return cell.isAlive() && cell.pids().contains(pid);
        } catch (CellFailed over) {
            return false;
        }
    }

    /// Kills whatever runs in the cell and removes all that was made for it. Does nothing for a
    /// cell that is not there.
    public void destroy(CellId id) {
        confinement(id).remove();
        link(id).remove();
        sweep();
        removeTree(directory(id));
    }

    private Cell make(CellId id, CellSpec spec, Beginning beginning) {
        var directory = makeDirectory(id);
        if (Files.exists(directory.resolve("spec"))) {
            throw new CellFailed("there is a cell " + id + " already");
        }
        try {
            var confinement =
                    tree.isPresent()
                            ? tree.get().create(id, spec.limits())
                            : new ProcessTree(directory);
            SpecFile.write(id, config, spec, beginning, confinement);
            var link = link(id);
            launch(directory, launcher(link, spec, beginning));
            return new Cell(id, directory, confinement, link);
        } catch (CellFailed failure) {
            destroy(id);
            throw failure;
        }
    }

    /// {@return the command line that makes the cell} One with an address of its own that waits for
    /// a restore is cut: its program may still stand elsewhere.
    private List<String> launcher(CellLink link, CellSpec spec, Beginning beginning) {
        var command = List.of(config.krgInit().toString(), link.directory().toString());
        if (spec.address().isEmpty()) {
            return command;
        }
        var links = link.require();
        links.prepare();
        var address = spec.address().get();
        link.note(address);
        return links.launcher(link.id(), address, beginning instanceof Beginning.Start, command);
    }

    /// krg-init detaches from us and reports through its exit status that the cell stands.
    private void launch(Path directory, List<String> command) {
        var log = directory.resolve("init.log").toFile();
        var builder =
                new ProcessBuilder(command)
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.appendTo(log));
        builder.environment().clear();
        run(builder, "cannot start krg-init", log.toPath());
    }

    /// Has krg-init remove `/run/krg` if no cell of this machine uses it any more. A krg-init that
    /// ends by itself does so too.
    private void sweep() {
        var builder =
                new ProcessBuilder(config.krgInit().toString(), "--sweep")
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD);
        builder.environment().clear();
        run(builder, "cannot run krg-init --sweep", config.krgInit());
    }

    private static void run(ProcessBuilder builder, String failure, Path log) {
        try {
            var process = builder.start();
            if (!process.waitFor(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new CellFailed(failure + ": it is not ready after " + START_LIMIT);
            }
            if (process.exitValue() != 0) {
                throw new CellFailed(failure + ": " + Files.readString(log).strip());
            }
        } catch (IOException cause) {
            throw new CellFailed(failure, cause);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new CellFailed(failure, stop);
        }
    }

    private Cell cell(CellId id) {
        return new Cell(id, directory(id), confinement(id), link(id));
    }

    private CellLink link(CellId id) {
        return new CellLink(id, directory(id), config.links());
    }

    private Confinement confinement(CellId id) {
        return tree.isPresent() ? tree.get().existing(id) : new ProcessTree(directory(id));
    }

    private static void makePrivateDirectory(Path directory) {
        try {
            var ownerOnly =
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(directory, ownerOnly);
        } catch (IOException failure) {
            throw new CellFailed("cannot make " + directory, failure);
        }
    }

    // Below it is a directory of the user's, who may still have it open outside of the cell.
    private static void removeTree(Path directory) {
        try {
            UserTree.remove(directory);
        } catch (IOException failure) {
            throw new CellFailed("cannot remove " + directory, failure);
        }
    }
}
