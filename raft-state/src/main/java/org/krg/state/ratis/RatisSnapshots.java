// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
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
import org.krg.state.StorageDamaged;
import org.krg.state.engine.FileDigests;
import org.krg.state.engine.LogPosition;
import org.krg.state.engine.Snapshot;
import org.krg.state.ratis.files.Directories;
import org.krg.state.ratis.files.SnapshotName;

/// Snapshots as directories `sm/snapshot.<term>_<index>` beside the log. A snapshot is there whole
/// or not at all: it is made under another name and renamed.
///
/// When a snapshot comes from the leader, Ratis replaces `sm` as a whole, so nothing else may be
/// kept in it.
final class RatisSnapshots implements StateMachineStorage {
    /// How many are kept.
    static final int KEPT = 2;

    private final FileDigests digests = new FileDigests();
    private final Consumer<Path> tables;
    private @Nullable RaftStorageDirectory root;
    private volatile @Nullable SnapshotInfo latest;

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
    void refresh() {
        latest = newest().<SnapshotInfo>map(RatisSnapshots::describe).orElse(null);
    }

    /// {@return where a new snapshot is to be made}
    Path place() {
        return root().getRoot().toPath().resolve("checkpoint.tmp");
    }

    /// Makes what is at [#place] the newest snapshot.
    void publish(LogPosition position) {
        var target = directory().resolve(SnapshotName.of(position));
        try {
            if (Files.exists(target)) {
                Directories.delete(place());
            } else {
                digests.write(place(), tables);
                Directories.force(place());
                Files.move(place(), target, StandardCopyOption.ATOMIC_MOVE);
                Directories.force(directory());
            }
            // Ratis forces its files but not the directory that names them.
            Directories.force(root().getCurrentDir().toPath());
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot publish the snapshot " + target, failed);
        }
        refresh();
    }

    /// Reads all snapshots and puts those aside that are not as they were written.
    List<StorageDamaged> putDamagedAside() {
        var found = new ArrayList<StorageDamaged>();
        for (var snapshot : list()) {
            try {
                FileDigests.verify(snapshot.directory(), tables);
            } catch (StorageDamaged damaged) {
                if (Files.exists(snapshot.directory())) {
                    putAside(snapshot);
                    found.add(damaged);
                }
            }
        }
        return found;
    }

    /// Moves a snapshot to where nobody takes it for one.
    void putAside(Snapshot snapshot) {
        var aside =
                root().getRoot().toPath().resolve("damaged." + snapshot.directory().getFileName());
        try {
            Directories.delete(aside);
            Files.move(snapshot.directory(), aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot put aside " + snapshot, failed);
        }
        digests.forget();
        refresh();
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    @Override
    public void format() {}

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
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
