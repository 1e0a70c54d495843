// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.AlreadyApplied;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.ClusterStore.Subscription;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.Reply;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.KeyState;
import org.krg.state.model.BlockId;
import org.krg.state.model.Invariant;
import org.krg.state.model.PageOwner;
import org.krg.state.model.Revision;

/// Applies the log to this replica's rows and image.
///
/// An entry is one batch of rows: what it changed, its events, the replies of its sessions, and its
/// position, so that after a crash they agree. An entry at or before the position is skipped, which
/// makes replay harmless. Nothing is done about what is applied but to tell listeners.
///
/// The lock is held by whoever changes rows or replaces them: the apply thread, and the thread that
/// takes a snapshot over. Everybody else reads [#image] or a moment of the rows.
public final class StateEngine implements AutoCloseable {
    /// How long a reader waits while the rows are replaced by a snapshot.
    private static final Duration REPLACEMENT = Duration.ofSeconds(30);

    private final Storage storage;
    private final long eventsKept;
    private final ChangeFeed changes;
    private final WatchHub watches;
    private final LastResort lastResort;
    private final AppliedIndex applied;
    private final Digests digests;
    private final Timer applying;
    private final Timer snapshots;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private volatile @Nullable RowStore rows;
    private volatile ReplicaState state = ReplicaState.EMPTY;
    private volatile LogPosition position = LogPosition.NONE;
    private volatile Optional<Instant> newestEntry = Optional.empty();
    private final List<Runnable> syncListeners = new CopyOnWriteArrayList<>();
    private SessionTable sessions = SessionTable.empty();
    private volatile int sessionCount;
    private volatile long replyBytes;
    private boolean closed;

    /// The newest `eventsKept` events are kept, about; it must be the same on all nodes, since each
    /// of them deletes by it.
    public StateEngine(
            Storage storage,
            long eventsKept,
            ChangeFeed changes,
            WatchHub watches,
            Executor executor,
            MetricRegistry metrics,
            LastResort lastResort) {
        this.storage = storage;
        this.eventsKept = eventsKept;
        this.changes = changes;
        this.watches = watches;
        watches.readFrom((from, count) -> reading(view -> KeyHistory.from(view, from, count)));
        this.lastResort = lastResort;
        this.applied = new AppliedIndex(executor);
        this.digests = new Digests(executor);
        this.applying = metrics.timer("krg.state.apply_seconds");
        this.snapshots = metrics.timer("krg.state.snapshot_seconds");
        metrics.gauge("krg.state.keys", () -> () -> state.keys().keys());
        metrics.gauge("krg.state.key_bytes", () -> () -> state.keys().bytes());
        metrics.gauge("krg.state.sessions", () -> () -> sessionCount);
        metrics.gauge("krg.state.reply_bytes", () -> () -> replyBytes);
        metrics.gauge("krg.state.watches", () -> () -> watches.watches().all());
        metrics.gauge("krg.state.watches_behind", () -> () -> watches.watches().behind());
    }

    /// Opens the rows, or a snapshot when it is newer.
    public void open(Optional<Snapshot> newest) {
        holdingLock(() -> {
            load();
            if (newest.isPresent() && newest.get().position().index() > position.index()) {
                replace(newest.get());
            }
            return true;
        });
        watches.jump(state.image());
        applied.advance(position.index());
    }

    /// Applies an entry and returns the replies to its operations; none for an entry that was
    /// applied before. Operations behind one with which the entry does very much are left out and
    /// have no reply, on every replica: they surely took no effect, and may come again.
    public List<Reply> apply(LogPosition at, ByteBuffer entry) {
        try (var _ = applying.time()) {
            return holdingLock(() -> applyLocked(at, entry));
        } catch (RuntimeException | Error broken) {
            lastResort.end("the log entry at " + at + " cannot be applied", broken);
            throw broken;
        }
    }

    private List<Reply> applyLocked(LogPosition at, ByteBuffer entry) {
        var open = rows;
        // Entries that still come while the rows are replaced are in the snapshot.
        if (open == null || at.index() <= position.index()) {
            return List.of();
        }
        var before = state;
        var batch = OperationCodec.decodeBatch(entry);
        var operations = batch.operations();
        var replies = new ArrayList<Reply>(operations.size());
        var step =
                open.read(view -> {
                    var taken = new Step(at, before, sessions, view);
                    operations.stream()
                            .takeWhile(_ -> !taken.isFull())
                            .forEach(operation -> replies.add(taken.apply(operation)));
                    open.write(taken.finish(eventsKept));
                    return taken;
                });
        state = step.state();
        position = at;
        newestEntry = Optional.of(batch.proposed());
        countSessions();
        if (!step.events().isEmpty()) {
            changes.publish(new ClusterChange(before.image(), step.events(), state.image()));
        }
        if (step.changedSync()) {
            syncListeners.forEach(Runnable::run);
        }
        watches.publish(state.image(), step.keyChanges());
        digests.applied(at.index(), open);
        applied.advance(at.index());
        return replies;
    }

    /// Notes an entry of the log that is not ours, a change of members for example.
    public void passed(LogPosition at) {
        holdingLock(() -> {
            if (rows != null && at.index() > position.index()) {
                position = at;
            }
            return true;
        });
        applied.advance(position.index());
    }

    /// Writes a durable copy of the rows and returns its position; none while they are replaced.
    public Optional<LogPosition> checkpoint(Path directory) {
        try (var _ = snapshots.time()) {
            return holdingLock(() -> {
                var open = rows;
                if (open == null) {
                    return Optional.empty();
                }
                // With what is not ours: replay begins behind it.
                open.write(List.of(StoredState.positionRow(position)));
                open.checkpoint(directory);
                return Optional.of(position);
            });
        }
    }

    /// Closes the rows because others are about to take their place. Waits for the entry that is
    /// being applied.
    public void suspend() {
        holdingLock(() -> {
            shut();
            return true;
        });
    }

    /// Takes a snapshot over after [#suspend].
    public void resume(Snapshot snapshot) {
        var before = state.image();
        holdingLock(() -> {
            replace(snapshot);
            return true;
        });
        changes.publish(new ClusterChange(before, List.of(), state.image()));
        syncListeners.forEach(Runnable::run);
        watches.jump(state.image());
        applied.advance(position.index());
    }

    /// Tells `listener` of steps as [org.krg.state.ClusterStore#onSync] says.
    public Subscription onSync(Runnable listener) {
        syncListeners.add(listener);
        return () -> syncListeners.remove(listener);
    }

    /// {@return how far the log is applied}
    public LogPosition position() {
        return position;
    }

    /// {@return when the leader wrote the newest entry that was applied since the start}
    public Optional<Instant> newestEntry() {
        return newestEntry;
    }

    /// {@return the agreed state as far as the log is applied}
    public ClusterImage image() {
        return state.image();
    }

    /// {@return what is agreed beside users' keys}
    KeyState keyState() {
        return state.keys();
    }

    /// Completes when the log is applied up to `index`.
    public CompletableFuture<Void> reached(long index) {
        return applied.reached(index);
    }

    /// {@return the events after `revision`} See [org.krg.state.ClusterStore#eventsAfter].
    public List<Recorded> eventsAfter(Revision revision, int limit) {
        return reading(view -> History.after(view, revision, limit));
    }

    /// {@return the owners of a block's pages} See [org.krg.state.ClusterStore#owners].
    public SortedMap<Integer, PageOwner> owners(BlockId block) {
        return reading(view -> new OwnerRows(view).of(block));
    }

    /// {@return a digest over the rows that all replicas have in common}
    public StateHash hash() {
        return reading(StoredState::hash);
    }

    /// Completes as [org.krg.state.ClusterStore#hashAfter] says.
    public CompletableFuture<StateHash> hashAfter(long index) {
        return holdingLock(() ->
                position.index() < index
                        ? digests.after(index)
                        : CompletableFuture.failedFuture(new AlreadyApplied(position.index())));
    }

    /// Writes a backup of the rows as they are now. `scratch`, which must not exist, is used
    /// meanwhile, so that a slow reader holds nothing up.
    public Backup.Header backup(UUID cluster, Instant now, Path scratch, OutputStream to)
            throws IOException {
        holdingLock(() -> {
            var open = requireOpen();
            open.write(List.of(StoredState.positionRow(position)));
            open.checkpoint(scratch);
            return true;
        });
        try (var copy = storage.openCopy(scratch)) {
            return copy.read(view -> Backup.write(cluster, now, view, to));
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    /// Reads all rows and compares their checksums; takes long. Throws
    /// [org.krg.state.StorageDamaged].
    public void verify() {
        while (true) {
            try {
                requireOpen().verify();
                return;
            } catch (RowsClosed replaced) {
                if (rows == null && closed) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        holdingLock(() -> {
            closed = true;
            shut();
            digests.close();
            opened.signalAll();
            return true;
        });
    }

    private void shut() {
        var open = rows;
        rows = null;
        if (open != null) {
            open.write(List.of(StoredState.positionRow(position)));
            open.close();
        }
    }

    private void replace(Snapshot snapshot) {
        FileDigests.verify(snapshot.directory(), storage::verifyTable);
        shut();
        storage.replaceBy(snapshot.directory());
        load();
        Invariant.holds(
                position.equals(snapshot.position()),
                "a snapshot has the position it is named after",
                position,
                snapshot);
    }

    private void load() {
        if (closed) {
            throw new RowsClosed();
        }
        var open = storage.open();
        var stored = read(open);
        rows = open;
        state = stored.state();
        sessions = stored.sessions();
        countSessions();
        position = stored.position();
        opened.signalAll();
    }

    private void countSessions() {
        sessionCount = sessions.size();
        replyBytes = sessions.replyBytes();
    }

    private static StoredState read(RowStore open) {
        try {
            return open.read(StoredState::load);
        } catch (RuntimeException unreadable) {
            open.close();
            throw unreadable;
        }
    }

    /// {@return what `reader` makes of the rows} Waits while they are replaced by a snapshot.
    <T> T reading(Function<RowStore.View, T> reader) {
        while (true) {
            try {
                return requireOpen().read(reader);
            } catch (RowsClosed replaced) {
                if (rows == null && closed) {
                    throw replaced;
                }
            }
        }
    }

    private RowStore requireOpen() {
        var open = rows;
        return open != null ? open : holdingLock(this::awaitOpen);
    }

    private RowStore awaitOpen() {
        var left = REPLACEMENT.toNanos();
        try {
            while (rows == null && !closed && left > 0) {
                left = opened.awaitNanos(left);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        var open = rows;
        if (open == null) {
            throw new RowsClosed();
        }
        return open;
    }

    private <T> T holdingLock(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
