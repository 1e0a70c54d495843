// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.engine.LastResort;
import org.krg.state.engine.LogPosition;
import org.krg.state.engine.StateEngine;
import org.krg.state.engine.StorageFailed;
import org.krg.state.ratis.files.LogCheck;

/// Translates the callbacks of Ratis for the [StateEngine]; it contains no rule.
///
/// Entries are applied on the thread that calls, Ratis' updater, so that nothing overtakes. The
/// future of an entry never fails for what an operation did: a failed one would stall every read.
final class RatisStateMachine extends BaseStateMachine {
    /// How long it may take to put a received snapshot in place: a rename and an opening.
    private static final Duration PAUSE_LIMIT = Duration.ofSeconds(60);

    private final RatisSnapshots snapshots;
    private final StateEngine engine;
    private final DurableNames names;
    private final LastResort lastResort;
    private final Watcher watcher;
    private volatile long forcing = -1;
    private volatile long pausedSince;

    /// Is told of what happens to the leadership; must not block.
    interface Watcher {
        /// Who leads may have changed.
        void leadershipMoved();

        /// This node led and does no more.
        void leadershipLost();

        /// An entry was applied.
        void applied();

        /// The server has ended.
        void ended();
    }

    RatisStateMachine(
            StateEngine engine,
            RatisSnapshots snapshots,
            DurableNames names,
            LastResort lastResort,
            Watcher watcher) {
        this.engine = engine;
        this.snapshots = snapshots;
        this.names = names;
        this.lastResort = lastResort;
        this.watcher = watcher;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage)
            throws IOException {
        getLifeCycle()
                .startAndTransition(() -> {
                    super.initialize(server, group, storage);
                    snapshots.init(storage);
                    engine.open(snapshots.newest());
                    leadUpTo(storage.getStorageDir().getCurrentDir().toPath());
                    showPosition();
                });
    }

    /// Ratis applies from the newest snapshot on. Where there is none, or the log begins later, it
    /// would apply nothing for ever, vote, and lead: the rows have to make up for a snapshot that
    /// was put aside, or lost by a crash while it was taken over.
    private void leadUpTo(Path log) {
        var rows = engine.position().index();
        var gap = LogCheck.gapAfter(log, rows);
        if (gap.isPresent()) {
            throw new StorageDamaged(gap.get().file(), gap.get().what());
        }
        var newest = snapshots.newest().map(it -> it.position().index()).orElse(-1L);
        if (rows > newest && (newest < 0 || LogCheck.gapAfter(log, newest).isPresent())) {
            snapshot();
        }
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        var entry = transaction.getLogEntry();
        var replies =
                engine.apply(new LogPosition(entry.getTerm(), entry.getIndex()), content(entry));
        showPosition();
        watcher.applied();
        // Ratis keeps what it gets for some seconds, on followers for nothing.
        return CompletableFuture.completedFuture(
                transaction.getServerRole() == RaftPeerRole.LEADER
                        ? new AppliedReplies(replies)
                        : Message.EMPTY);
    }

    private static ByteBuffer content(LogEntryProto entry) {
        return entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        engine.passed(new LogPosition(term, index));
        showPosition();
    }

    /// The log is about to be forced, up to an entry of that index.
    @Override
    public CompletableFuture<Void> flush(long index) {
        forcing = index;
        names.forceSegments();
        return CompletableFuture.completedFuture(null);
    }

    /// {@return up to which entry the log is being forced, or was}
    long forcing() {
        return forcing;
    }

    private void showPosition() {
        var position = engine.position();
        if (position.index() >= 0) {
            setLastAppliedTermIndex(TermIndex.valueOf(position.term(), position.index()));
        }
    }

    /// As [RatisSnapshots#replaceDamaged] says.
    List<StorageDamaged> replaceDamagedSnapshots() {
        return snapshots.replaceDamaged(engine::checkpoint);
    }

    /// At the end of the server one that cannot be taken, for want of room for example, must not
    /// keep the rows from being closed: the next start reads more of the log. At other times the
    /// failure ends the server.
    ///
    /// @throws IOException at the end only
    @Override
    public long takeSnapshot() throws IOException {
        try {
            return snapshot();
        } catch (StorageDamaged | StorageFailed | DiskFailed | UncheckedIOException failed) {
            if (isEnding()) {
                throw new IOException("no snapshot is taken at the end", failed);
            }
            throw failed;
        }
    }

    private boolean isEnding() throws IOException {
        return getServer()
                .join()
                .getDivision(getGroupId())
                .getInfo()
                .getLifeCycleState()
                .isClosingOrClosed();
    }

    private long snapshot() {
        return snapshots
                .take(engine::checkpoint)
                .map(LogPosition::index)
                .orElse(RaftLog.INVALID_LOG_INDEX);
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots;
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return snapshots.getLatestSnapshot();
    }

    /// A snapshot has arrived and is about to replace the present ones. Waits for the entry that is
    /// being applied; those that Ratis still hands over are in the snapshot.
    @Override
    public void pause() {
        if (getLifeCycleState() == LifeCycle.State.RUNNING) {
            pausedSince = System.nanoTime();
            getLifeCycle().transition(LifeCycle.State.PAUSING);
            engine.suspend();
            getLifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    @Override
    public void reinitialize() {
        snapshots.refresh();
        getLifeCycle().transition(LifeCycle.State.STARTING);
        // The log begins anew behind the snapshot, which may end before what was forced.
        forcing = -1;
        var received = snapshots.newest().orElseThrow();
        try {
            names.forceSnapshot(received.directory());
            engine.resume(received);
        } catch (StorageDamaged damaged) {
            snapshots.putAside(received);
            lastResort.end("the snapshot that the leader sent is damaged", damaged);
            throw damaged;
        }
        showPosition();
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    /// Ends the process when a snapshot was announced and did not come: Ratis could not put it in
    /// place, and goes on handing over entries that would be passed over.
    void checkPause() {
        if (getLifeCycleState() == LifeCycle.State.PAUSED
                && System.nanoTime() - pausedSince > PAUSE_LIMIT.toNanos()) {
            lastResort.end(
                    "a snapshot from the leader was not put in place",
                    new StorageFailed("paused for " + PAUSE_LIMIT.toSeconds() + " s"));
        }
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        watcher.leadershipMoved();
    }

    @Override
    public void notifyLeaderReady() {
        watcher.leadershipMoved();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        watcher.leadershipLost();
    }

    /// The log could not be written, an fsync failed for example: what is on disk is not known any
    /// more, and Ratis would go on as a follower that never answers.
    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        lastResort.end("the Raft log cannot be written", cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean all) {
        watcher.ended();
    }

    @Override
    public void close() {
        engine.close();
    }
}
