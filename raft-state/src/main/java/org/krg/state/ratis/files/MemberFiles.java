// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.core.RepairStep;
import org.krg.state.core.StorageFindings;
import org.krg.state.core.StorageFindings.FoundSnapshot;
import org.krg.state.core.StorageFindings.TornTail;
import org.krg.state.engine.FileDigests;
import org.krg.state.engine.LogPosition;
import org.krg.state.engine.Snapshot;
import org.krg.state.engine.StateEngine;

/// The storage of a member while none runs on it.
///
/// @param data the node's data directory
/// @param cluster whose member it is
public record MemberFiles(Path data, UUID cluster) {
    private static final String META = "raft-meta";
    private static final String CONFIGURATION = "raft-meta.conf";

    /// {@return the directory of Ratis' own files}
    public Path current() {
        return root().resolve("current");
    }

    /// {@return the directory of the group}
    public Path root() {
        return data.resolve("raft").resolve(cluster.toString());
    }

    /// {@return the directory of the rows}
    public Path rows() {
        return data.resolve("store/db");
    }

    /// {@return the bytes of the files of the log that begin behind an entry; one that is deleted
    /// meanwhile counts nothing}
    public long logBytesAfter(long index) {
        try {
            return logFiles()
                    .filter(segment -> segment.first() > index)
                    .mapToLong(segment -> segment.file().toFile().length())
                    .sum();
        } catch (IOException failed) {
            throw Unreadable.of(current(), failed);
        }
    }

    private Stream<LogSegment> logFiles() throws IOException {
        return Directories.children(current(), "log_").stream()
                .map(LogSegment::of)
                .flatMap(Optional::stream)
                .sorted();
    }

    /// {@return the files of a snapshot that the leader is sending, with their sizes; none when it
    /// is put in place meanwhile}
    public Map<Path, Long> arriving() {
        var found = new HashMap<Path, Long>();
        try {
            for (var incoming : Directories.children(root().resolve("tmp"), "snapshot-")) {
                Files.walkFileTree(
                        incoming,
                        new SimpleFileVisitor<>() {
                            @Override
                            public FileVisitResult visitFile(Path file, BasicFileAttributes has) {
                                found.put(file, has.size());
                                return FileVisitResult.CONTINUE;
                            }
                        });
            }
            return found;
        } catch (NoSuchFileException placed) {
            return Map.of();
        } catch (IOException failed) {
            throw Unreadable.of(root().resolve("tmp"), failed);
        }
    }

    /// {@return the index of the newest snapshot; -1 if there is none}
    public long newestSnapshot() {
        var all = snapshots();
        return all.isEmpty() ? -1 : all.getLast().position().index();
    }

    /// {@return the snapshots, oldest first}
    public List<Snapshot> snapshots() {
        try {
            return SnapshotName.list(root().resolve("sm"));
        } catch (IOException failed) {
            throw Unreadable.of(root().resolve("sm"), failed);
        }
    }

    /// Reads everything but the rows, of which the caller says how they are.
    ///
    /// @param tables as in [FileDigests#verify]
    public StorageFindings inspect(
            long acknowledged, long rows, Optional<String> rowsDamage, Consumer<Path> tables) {
        var log = LogCheck.all(current());
        var tail = Optional.<TornTail>empty();
        var damage = new ArrayList<String>();
        for (var flaw : log.flaws()) {
            if (flaw.torn()) {
                tail = Optional.of(new TornTail(flaw.file().toString(), flaw.whole()));
            } else {
                damage.add(flaw.file() + " is damaged: " + flaw.what());
            }
        }
        return new StorageFindings(
                missing(),
                tail,
                damage,
                log.first(),
                log.last(),
                acknowledged,
                snapshots().stream().map(each -> found(each, tables)).toList(),
                rows,
                rowsDamage);
    }

    private static FoundSnapshot found(Snapshot snapshot, Consumer<Path> tables) {
        Optional<String> damage = Optional.empty();
        try {
            FileDigests.verify(snapshot.directory(), tables);
        } catch (StorageDamaged | DiskFailed wrong) {
            damage = Optional.of(String.valueOf(wrong.getMessage()));
        }
        return new FoundSnapshot(
                snapshot.directory().toString(), snapshot.position().index(), damage);
    }

    private Optional<String> missing() {
        var meta = current().resolve(META);
        return Files.exists(meta) ? Optional.empty() : Optional.of(meta.toString());
    }

    /// Throws [StorageDamaged] when the file that says who the members are makes no sense: Ratis
    /// would go on without it.
    public void requireConfiguration() {
        var file = current().resolve(CONFIGURATION);
        if (Files.exists(file)) {
            try {
                LogEntryProto.parseFrom(Files.readAllBytes(file)).getConfigurationEntry();
            } catch (IOException unreadable) {
                throw new StorageDamaged(file, "it does not say who the members are", unreadable);
            }
        }
    }

    /// Does what was decided; what is moved goes to `aside`.
    public void carryOut(RepairStep step, Path aside) {
        try {
            switch (step) {
                case RepairStep.CutTail(var file, var whole) -> cut(Path.of(file), whole);
                case RepairStep.PutAside(var directory, _) -> move(Path.of(directory), aside);
                case RepairStep.PutRowsAside _ -> move(rows(), aside);
            }
        } catch (IOException failed) {
            throw Unreadable.of(data, failed);
        }
    }

    private static void cut(Path file, long whole) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(whole);
            channel.force(true);
        }
    }

    private static void move(Path from, Path aside) throws IOException {
        Files.createDirectories(aside);
        Files.move(from, aside.resolve(String.valueOf(from.getFileName())));
    }

    /// Has an engine apply the whole log.
    public void replay(StateEngine engine) {
        try {
            for (var segment : logFiles().toList()) {
                LogFrames.forEach(segment.file(), segment.first(), entry -> apply(engine, entry));
            }
        } catch (IOException failed) {
            throw Unreadable.of(current(), failed);
        }
    }

    private static void apply(StateEngine engine, LogEntryProto entry) {
        var at = new LogPosition(entry.getTerm(), entry.getIndex());
        if (entry.hasStateMachineLogEntry()) {
            engine.apply(at, entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
        } else {
            engine.passed(at);
        }
    }

    /// Makes the files of a member that is alone in its group and begins behind a snapshot.
    ///
    /// @param peer its id in the group
    /// @param raft where it serves Raft
    /// @param snapshot writes the snapshot into a directory that does not exist
    /// @param tables as in [FileDigests#write]
    public void begin(
            String peer,
            String raft,
            LogPosition position,
            SnapshotWriter snapshot,
            Consumer<Path> tables) {
        try {
            Files.createDirectories(current());
            Directories.writeDurably(
                    current().resolve(META), "term=" + position.term() + "\nvotedFor=\n");
            var configuration = current().resolve(CONFIGURATION);
            Files.write(configuration, FirstConfiguration.of(peer, raft, position).toByteArray());
            Directories.force(configuration);
            var directory = root().resolve("sm").resolve(SnapshotName.of(position));
            Files.createDirectories(root().resolve("sm"));
            snapshot.write(directory);
            new FileDigests().write(directory, tables);
            Directories.force(directory);
            Directories.force(root().resolve("sm"));
            Directories.force(current());
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write to " + root(), failed);
        }
    }

    /// Writes a snapshot.
    public interface SnapshotWriter {
        void write(Path directory);
    }
}
