// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Consumer;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.Revision;

/// Makes the rows of a cluster's first node out of a backup, or out of the storage of a member that
/// is all that is left.
///
/// The cluster may have agreed on more than the source knows, and its clients may have seen it. So
/// revision, log index, the numbers of objects and the epochs of processes go on far beyond:
/// nothing that is agreed from now on carries a number that somebody has seen before, and who asks
/// for events in between is told that they are not kept. What nodes still have of the lost part,
/// they know by its number, and end.
public final class Restore {
    /// Beyond what the lost part of a history can have held: at 100 000 operations a second it is
    /// three hours.
    public static final long STRIDE = 1_000_000_000L;

    private static final int ROWS_AT_ONCE = 1_000;

    private Restore() {}

    /// What was made.
    ///
    /// @param position of the rows, where the new log begins
    /// @param source where the source ended
    public record Restored(
            LogPosition position, LogPosition source, Revision revision, ClusterImage image) {}

    /// Fills an empty storage from a backup.
    public static Restored fromBackup(Path backup, Storage storage) {
        var content = Backup.check(backup);
        try (var rows = storage.open()) {
            var waiting = new ArrayList<RowWrite>();
            Backup.read(
                    backup,
                    row -> {
                        waiting.add(row);
                        if (waiting.size() == ROWS_AT_ONCE) {
                            rows.write(waiting);
                            waiting.clear();
                        }
                    });
            rows.write(waiting);
            return goOnBeyond(rows, content.header().position());
        }
    }

    /// Fills an empty storage from the rows of a member and applies the log that they lack.
    ///
    /// @param rows its rows or its newest snapshot, whichever is newer
    /// @param log hands its entries to the engine
    public static Restored fromMember(Path rows, Consumer<StateEngine> log, Storage storage) {
        storage.replaceBy(rows);
        try (var feed = new ChangeFeed("krg-restore");
                var watches = new WatchHub("krg-restore", Runnable::run);
                var engine =
                        new StateEngine(
                                storage,
                                Long.MAX_VALUE,
                                feed,
                                watches,
                                Runnable::run,
                                new MetricRegistry(),
                                (_, _) -> {})) {
            engine.open(Optional.empty());
            log.accept(engine);
        }
        try (var open = storage.open()) {
            return goOnBeyond(open, open.read(StoredState::load).position());
        }
    }

    private static Restored goOnBeyond(RowStore rows, LogPosition source) {
        var stored = rows.read(StoredState::load).state();
        var revision = new Revision(stored.image().revision().value() + STRIDE);
        var position = new LogPosition(source.term() + 1, source.index() + STRIDE);
        var image = numberedBeyond(stored.image()).at(revision);
        // What is read and watched begins anew: somebody may have seen more than the source knows.
        var keys = stored.keys().compactedTo(revision);
        var state = new ReplicaState(image, keys, position.index(), revision.value(), 0);
        var writes = new ArrayList<>(ImageRows.writesOfProcesses(image));
        writes.add(History.without(stored.compacted(), stored.image().revision().value()));
        writes.add(StoredState.stateRow(state));
        writes.add(StoredState.positionRow(position));
        rows.write(writes);
        return new Restored(position, source, revision, image);
    }

    /// The lost part may have begun processes and incarnations of them. A node that still has one
    /// must not take it for one that is agreed from now on, nor for one that it has to hear of yet.
    private static ClusterImage numberedBeyond(ClusterImage image) {
        var processes = image.processes();
        for (var process : image.processes().values()) {
            var beyond = new Epoch(process.lastEpoch().value() + STRIDE);
            processes = processes.with(process.id(), process.withLastEpoch(beyond));
        }
        return image.withProcesses(processes).afterNumber(image.nextNumber() - 1 + STRIDE);
    }
}
