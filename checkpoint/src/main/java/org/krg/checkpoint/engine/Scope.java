// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.core.HeldFiles;
import org.krg.checkpoint.core.OutsideConnections;
import org.krg.checkpoint.core.OwnDirectoryCheck;
import org.krg.checkpoint.core.Preflight;
import org.krg.checkpoint.core.RemovedFiles;
import org.krg.checkpoint.core.SavedFiles;
import org.krg.checkpoint.core.SharedMemoryTies;
import org.krg.checkpoint.core.UsedPaths;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.Inspection;
import org.krg.checkpoint.model.Manifest.Need;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.Sharing;
import org.krg.checkpoint.model.SocketQueue;
import org.krg.checkpoint.model.Survey;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.state.model.Engine;

/// What of a program an engine saves.
sealed interface Scope {
    /// {@return what it is, and what keeps it from being saved; nothing is frozen}
    Survey survey(CellView cell, Preflight.Limits limits) throws IOException;

    /// {@return the files of a frozen cell that are saved beside the images of the engine}
    Files files(CellView cell, ProcessTree tree) throws IOException;

    /// Waits until nothing waits at a socket that the engine cannot save.
    ///
    /// @param limit zero looks once, at a frozen cell
    /// @return a socket that still has some
    Optional<SocketQueue> awaitQueues(CellView cell, Duration limit) throws IOException;

    /// Files of a program.
    ///
    /// @param saved those that go into a generation
    /// @param own the directory that is the job's own, whose files are among those
    /// @param needs those that must be where the program comes back
    /// @param blockers what is wrong with them
    record Files(
            List<SavedFile> saved,
            DirectoryContents own,
            List<Need> needs,
            List<Blocker> blockers) {}

    /// {@return what is in the directory that is the job's own}
    private static DirectoryContents own(CellFiles cellFiles, CellView cell) throws IOException {
        return cell.ownDirectory().isPresent()
                ? cellFiles.contents(cell, cell.ownDirectory().get())
                : DirectoryContents.NONE;
    }

    private static List<Blocker> blockers(
            CellView cell, DirectoryContents own, List<SavedFile> saved) {
        var unread = own.readBy(saved);
        return cell.ownDirectory().stream()
                .flatMap(path -> OwnDirectoryCheck.blockers(path, unread, cell.rootPid()).stream())
                .toList();
    }

    static Scope of(Engine engine, CellFiles files) {
        return switch (engine) {
            case CRIU, RESTART -> new WholeTree(files);
            case COOPERATIVE -> new Own(files);
        };
    }

    /// The processes, and all that they have open.
    record WholeTree(CellFiles cellFiles) implements Scope {
        @Override
        public Survey survey(CellView cell, Preflight.Limits limits) throws IOException {
            var tree = SharedMemoryTies.without(cellFiles.scan(cell), cell.sharing());
            var found = cellFiles.inspect(cell, tree);
            var inspection =
                    cell.hasOwnAddress() ? found.withOwnAddress() : settled(cell, tree, found);
            var own = Scope.own(cellFiles, cell);
            var saved = SavedFiles.of(tree, own.files());
            var blockers = new ArrayList<>(Preflight.blockers(tree, inspection, saved, limits));
            blockers.addAll(Scope.blockers(cell, own, saved));
            blockers.addAll(removedFiles(cell, tree));
            var resident = tree.processes().stream().mapToLong(TreeProcess::residentBytes).sum();
            return new Survey(
                    blockers,
                    inspection.bound(),
                    HeldFiles.of(tree),
                    SavedFiles.needs(tree, saved),
                    UsedPaths.of(tree, cellFiles.places(tree), saved, own.itself()),
                    SavedFiles.totalBytes(saved) + ownMemoryBytes(cell),
                    resident);
        }

        private List<Blocker> removedFiles(CellView cell, ProcessTree tree) throws IOException {
            var unmakeable = cellFiles.findUnmakeable(cell, RemovedFiles.paths(tree));
            return RemovedFiles.blockers(tree, cell.user().uid(), unmakeable);
        }

        /// A program that runs connects and accepts between the reading of its descriptors and that
        /// of the network, so that both ends may be its own though one is not among them. What
        /// leads out does so at the next look, too.
        private Inspection settled(CellView cell, ProcessTree tree, Inspection found)
                throws IOException {
            var outside = OutsideConnections.of(tree, found);
            if (outside.isEmpty()) {
                return found;
            }
            var next = cellFiles.scan(cell);
            var still = OutsideConnections.of(next, cellFiles.inspect(cell, next));
            return found.without(
                    outside.stream().filter(it -> !still.contains(it)).collect(Collectors.toSet()));
        }

        /// What is shared by the cluster is no part of the images, and cannot be told from the
        /// rest.
        private long ownMemoryBytes(CellView cell) throws IOException {
            return cell.sharing().equals(Sharing.NONE) ? cellFiles.ownMemoryBytes(cell) : 0;
        }

        @Override
        public Files files(CellView cell, ProcessTree tree) throws IOException {
            var own = Scope.own(cellFiles, cell);
            var saved = SavedFiles.of(tree, own.files());
            var blockers = new ArrayList<>(Scope.blockers(cell, own, saved));
            blockers.addAll(removedFiles(cell, tree));
            return new Files(saved, own, SavedFiles.needs(tree, saved), blockers);
        }

        @Override
        public Optional<SocketQueue> awaitQueues(CellView cell, Duration limit) throws IOException {
            return cellFiles.awaitQueues(cell, limit);
        }
    }

    /// What the program has written into its directory. Whatever else it has, it makes anew.
    record Own(CellFiles cellFiles) implements Scope {
        @Override
        public Survey survey(CellView cell, Preflight.Limits limits) throws IOException {
            var own = Scope.own(cellFiles, cell);
            var usesLibrary = !cell.sharing().processes().isEmpty();
            return new Survey(
                    OwnDirectoryCheck.savesItself(
                            cell.ownDirectory().orElse(""),
                            own,
                            cell.rootPid(),
                            usesLibrary,
                            limits.fileBytes()),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    SavedFiles.totalBytes(own.files()),
                    SavedFiles.totalBytes(own.files()));
        }

        @Override
        public Files files(CellView cell, ProcessTree tree) throws IOException {
            var own = Scope.own(cellFiles, cell);
            return new Files(own.files(), own, List.of(), Scope.blockers(cell, own, own.files()));
        }

        @Override
        public Optional<SocketQueue> awaitQueues(CellView cell, Duration limit) {
            return Optional.empty();
        }
    }
}
