// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageDirectory;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.engine.FileDigests;
import org.krg.state.engine.LogPosition;
import org.krg.state.engine.Snapshot;
import org.krg.state.engine.StorageFailed;
import org.krg.state.ratis.files.Directories;
import org.krg.state.ratis.files.SnapshotName;

/// Snapshots as directories `sm/snapshot.<term>_<index>` beside the log. A snapshot is there whole
/// or not at all: it is made under another name and renamed.
///
/// When a snapshot comes from the leader, Ratis replaces `sm` as a whole, so nothing else may be
/// kept in it.
///
/// The lock is held by whoever makes, moves or deletes snapshots, among them the thread that
/// applies, and never while one is read.
final class RatisSnapshots implements StateMachineStorage {
    /// How many are kept.
    static final int KEPT = 2;

    private final FileDigests digests = new FileDigests();
    private final Consumer<Path> tables;
    private @Nullable RaftStorageDirectory root;
    private volatile @Nullable SnapshotInfo latest;

    /// Writes a copy of the rows into a directory that does not exist.
    interface Checkpoint {
        /// {@return the position of the copy; none while there are no rows}
        Optional<LogPosition> write(Path directory);
    }

    private record Damaged(Snapshot snapshot, StorageDamaged why) {}

    /// @param tables as in [FileDigests#write]
    RatisSnapshots(Consumer<Path> tables) {
        this.tables = tables;
    }

    @Override
    public void init(RaftStorage storage) throws IOException {
        root = storage.getStorageDir();
        Files.createDirectories(root().getTmpDir().toPath());
        cleanUp();
        Files.createDirectories(directory());
        refresh();
        newest().ifPresent(it -> digests.know(it.directory()));
    }

    /// {@return the newest snapshot}
    Optional<Snapshot> newest() {
        return list().stream().reduce((_, last) -> last);
    }

    /// Looks at the directory again, after Ratis put another snapshot there.
    synchronized void refresh() {
        latest = newest().<SnapshotInfo>map(RatisSnapshots::describe).orElse(null);
    }

    /// Where a new snapshot is made.
    private Path place() {
        return root().getRoot().toPath().resolve("checkpoint.tmp");
    }

    /// Takes a snapshot, unless there is one of the same position, and returns the position; none
    /// while there are no rows.
    synchronized Optional<LogPosition> take(Checkpoint checkpoint) {
        var position = checkpoint.write(place());
        position.ifPresent(it -> publish(it, List.of()));
        return position;
    }

    /// Makes what is at [#place] the newest snapshot, instead of damaged ones. They stay until it
    /// is written; after a crash before it has its name the start takes one of the same rows.
    private void publish(LogPosition position, List<Damaged> instead) {
        var target = directory().resolve(SnapshotName.of(position));
        var isNew =
                !Files.exists(target)
                        || instead.stream()
                                .anyMatch(it -> it.snapshot().directory().equals(target));
        try {
            if (isNew) {
                digests.write(place(), tables);
                Directories.force(place());
            } else {
                Directories.delete(place());
            }
            for (var damaged : instead) {
                moveAside(damaged.snapshot());
            }
            if (isNew) {
                Files.move(place(), target, StandardCopyOption.ATOMIC_MOVE);
            }
            Directories.force(directory());
            // Ratis forces its files but not the directory that names them.
            Directories.force(root().getCurrentDir().toPath());
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot publish the snapshot " + target, failed);
        }
        refresh();
    }

    /// Reads all snapshots, which takes long and holds nothing up; if some are not as they were
    /// written, takes another one, puts them aside, and returns what was wrong with them.
    List<StorageDamaged> replaceDamaged(Checkpoint checkpoint) {
        var damaged = list().stream().map(this::read).flatMap(Optional::stream).toList();
        return damaged.isEmpty() ? List.of() : replace(damaged, checkpoint);
    }

    private Optional<Damaged> read(Snapshot snapshot) {
        try {
            FileDigests.verify(snapshot.directory(), tables);
        } catch (StorageDamaged why) {
            return Optional.of(new Damaged(snapshot, why));
        } catch (StorageFailed | DiskFailed failed) {
            if (isThere(snapshot)) {
                throw failed;
            }
        }
        return Optional.empty();
    }

    /// {@return whether it was not deleted while it was read} What is being deleted is not there.
    private synchronized boolean isThere(Snapshot snapshot) {
        return Files.exists(snapshot.directory());
    }

    private synchronized List<StorageDamaged> replace(List<Damaged> found, Checkpoint checkpoint) {
        var damaged = found.stream().filter(it -> isThere(it.snapshot())).toList();
        if (damaged.isEmpty()) {
            return List.of();
        }
        damaged.forEach(it -> digests.forget(it.why().file()));
        var position = checkpoint.write(place());
        if (position.isEmpty()) {
            // One from the leader takes the place of all.
            return List.of();
        }
        publish(position.get(), damaged);
        return damaged.stream().map(Damaged::why).toList();
    }

    /// Moves a snapshot to where nobody takes it for one.
    synchronized void putAside(Snapshot snapshot) {
        try {
            moveAside(snapshot);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot put aside " + snapshot, failed);
        }
        refresh();
    }

    private void moveAside(Snapshot snapshot) throws IOException {
        var aside =
                root().getRoot().toPath().resolve("damaged." + snapshot.directory().getFileName());
        Directories.delete(aside);
        Files.move(snapshot.directory(), aside, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    @Override
    public void format() {}

    @Override
    public synchronized void cleanupOldSnapshots(SnapshotRetentionPolicy policy)
            throws IOException {
        var all = list();
        for (var old : all.subList(0, Math.max(0, all.size() - KEPT))) {
            Directories.delete(old.directory());
        }
    }

    private List<Snapshot> list() {
        try {
            return SnapshotName.list(directory());
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot list " + directory(), failed);
        }
    }

    /// Removes what a crash left, and finishes what it interrupted: Ratis moves `sm` away before it
    /// puts another in its place.
    private void cleanUp() throws IOException {
        Directories.delete(place());
        Directories.deleteChildren(root().getTmpDir().toPath(), "snapshot-");
        if (!Files.exists(directory())) {
            for (var moved : Directories.children(root().getRoot().toPath(), "sm.tmp")) {
                Files.move(moved, directory(), StandardCopyOption.ATOMIC_MOVE);
                break;
            }
        }
        Directories.deleteChildren(root().getRoot().toPath(), "sm.tmp");
    }

    /// Without digests: Ratis computes them while it sends.
    private static SnapshotInfo describe(Snapshot found) {
        try (var entries = Files.list(found.directory())) {
            var files =
                    entries.filter(Files::isRegularFile)
                            .filter(file -> !file.toString().endsWith(".md5"))
                            .sorted()
                            .map(file -> new FileInfo(file, null))
                            .toList();
            var position = found.position();
            return new FileListSnapshotInfo(
                    files, TermIndex.valueOf(position.term(), position.index()));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot list " + found.directory(), failed);
        }
    }

    private Path directory() {
        return root().getStateMachineDir().toPath();
    }

    private RaftStorageDirectory root() {
        return Objects.requireNonNull(root, "init comes first");
    }
}
