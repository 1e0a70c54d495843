// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import com.codahale.metrics.MetricRegistry;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftPeerId;
import org.krg.state.ClusterStore;
import org.krg.state.ConnectionLimits;
import org.krg.state.KeySpace;
import org.krg.state.LeaderLink;
import org.krg.state.StateConfig;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.core.Authority;
import org.krg.state.core.KeyCheck;
import org.krg.state.core.MembershipChange;
import org.krg.state.engine.Alarms;
import org.krg.state.engine.Batcher;
import org.krg.state.engine.ChangeFeed;
import org.krg.state.engine.Forwarder;
import org.krg.state.engine.Halt;
import org.krg.state.engine.LastResort;
import org.krg.state.engine.SlowRequests;
import org.krg.state.engine.StateEngine;
import org.krg.state.engine.Storage;
import org.krg.state.engine.StorageFailed;
import org.krg.state.engine.StoredKeySpace;
import org.krg.state.engine.WatchHub;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.BlockId;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.PageOwner;
import org.krg.state.model.Revision;
import org.krg.state.model.Role;
import org.krg.state.ratis.files.Directories;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The [ClusterStore] of one node: a member of the Raft group with its rows.
///
/// Puts the parts together and looks after them; what each does is said there.
public final class RatisClusterStore implements ClusterStore {
    /// Between looks at the leadership and at what waits.
    private static final Duration LOOK = Duration.ofMillis(100);

    /// Between notes of how far the log is committed here.
    private static final Duration ACKNOWLEDGE = Duration.ofSeconds(1);

    /// Between looks for members that do not get on.
    private static final Duration NUDGE = Duration.ofSeconds(2);

    /// Between looks at the length of the log.
    private static final Duration LOG = Duration.ofSeconds(2);

    /// Between looks at the room on the disk.
    private static final Duration DISK = Duration.ofSeconds(10);

    private static final String LAG = "krg.state.apply_lag_entries";

    /// Between looks for voters to be replaced.
    private static final Duration MEMBERS = Duration.ofSeconds(1);

    /// The largest operation, 1.5 MiB as etcd's: a log entry must fit into a message.
    private static final int OPERATION_BYTES = 3 << 19;

    private static final Logger log = LoggerFactory.getLogger(RatisClusterStore.class);

    private final LastResort lastResort;
    private final UUID cluster;
    private final Path backups;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final PeriodicTasks tasks;
    private final ExecutorService leadershipThread;
    private final ChangeFeed changes;
    private final WatchHub watches;
    private final KeySpace keys;
    private final StateEngine engine;
    private final LeadershipRounds rounds;
    private final RatisMeters meters;
    private final RatisStateMachine machine;
    private final ConnectionLimits limits;
    private final RatisMember member;
    private final LeadershipFeed leaderships;
    private final Batcher batcher;
    private final Forwarder forwarder;
    private final SlowRequests slow;
    private final Alarms alarms;
    private final Membership membership;
    private final LeaderProbe probe;
    private final StorageUse use;
    private final MetricRegistry metrics;
    private final Scrub scrub;
    private final SyncWatch syncs;

    /// Set last: callbacks of the server may come before the rest of this object is there.
    private volatile boolean open;

    /// Opens the store of a node and starts its member of the group. `link` reaches other nodes,
    /// `storage` holds the rows, `metrics` gets `krg.state.*` and `krg.ratis.*`. When this replica
    /// can no longer be trusted the process is halted.
    ///
    /// Throws [org.krg.state.StorageLost] when this node was a member and its log is gone or ends
    /// too early, [org.krg.state.StorageDamaged] when a file is not as it was written,
    /// [org.krg.state.DiskFailed] when the disk is full, read-only, or fails.
    public static RatisClusterStore open(
            StateConfig config, LeaderLink link, Storage storage, MetricRegistry metrics) {
        return open(config, link, storage, metrics, new Halt());
    }

    /// As above, with another end than halting the process.
    public static RatisClusterStore open(
            StateConfig config,
            LeaderLink link,
            Storage storage,
            MetricRegistry metrics,
            LastResort lastResort) {
        try {
            return new RatisClusterStore(config, link, storage, metrics, lastResort);
        } catch (IOException failed) {
            throw StartFailure.of(failed, config.directory().resolve("raft"));
        }
    }

    private RatisClusterStore(
            StateConfig config,
            LeaderLink link,
            Storage storage,
            MetricRegistry metrics,
            LastResort lastResort)
            throws IOException {
        var name = "krg-state-" + config.self();
        this.cluster = config.cluster();
        this.backups = config.directory().resolve("store");
        Directories.deleteChildren(backups, "backup-");
        this.lastResort = lastResort;
        this.metrics = metrics;
        this.tasks = new PeriodicTasks(name + "-timer");
        this.leadershipThread =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name(name + "-leadership").daemon().factory());
        this.changes = new ChangeFeed(name);
        this.watches = new WatchHub(name, executor);
        this.engine =
                new StateEngine(
                        storage,
                        config.kept().events(),
                        changes,
                        watches,
                        executor,
                        metrics,
                        lastResort);
        this.rounds = new LeadershipRounds(executor);
        this.meters =
                new RatisMeters(
                        RatisMember.peerId(config.self(), config.incarnation()).toString(),
                        metrics);
        this.alarms = new Alarms(metrics);
        var names = new DurableNames(config.directory(), config.cluster().toString());
        this.machine =
                new RatisStateMachine(
                        engine,
                        new RatisSnapshots(storage::verifyTable),
                        names,
                        lastResort,
                        new Watch());
        this.limits = ConnectionLimits.of("raft", metrics);
        try {
            this.member = new RatisMember(config, machine, rounds, names, limits, storage);
        } catch (IOException | RuntimeException failed) {
            closeParts();
            throw failed;
        }
        this.leaderships =
                new LeadershipFeed(
                        member.division(),
                        leadershipThread,
                        config.quorum().electionMax().multipliedBy(2),
                        metrics.meter("krg.state.leadership_changes"));
        this.batcher = new Batcher(new EntryWriter(member), executor, metrics);
        this.forwarder =
                new Forwarder(
                        leaderships::route,
                        batcher,
                        this::ownReadIndex,
                        engine::reached,
                        link,
                        tasks.timer(),
                        executor);
        this.slow = new SlowRequests(log::warn, System::nanoTime, metrics);
        this.membership =
                new Membership(
                        member,
                        rounds,
                        config.quorum().electionMax(),
                        config.quorum().voters(),
                        config.quorum().replaceAfter(),
                        engine::image,
                        executor);
        this.probe = new LeaderProbe(name, member, metrics.meter("krg.state.leaders_found_gone"));
        this.keys = new StoredKeySpace(engine, watches, this::current, executor);
        this.open = true;
        this.scrub =
                new Scrub(name, member.current(), engine, machine, alarms, lastResort, metrics);
        this.syncs =
                new SyncWatch(
                        name,
                        member,
                        machine,
                        membership,
                        alarms,
                        lastResort,
                        executor,
                        config.quorum().syncLimit());
        this.use = new StorageUse(member.files(), alarms, metrics);
        metrics.registerGauge(
                LAG,
                () ->
                        member.division().getRaftLog().getLastCommittedIndex()
                                - engine.position().index());
        tasks.every(LOOK, this::look);
        tasks.every(DISK, use::status);
        tasks.every(ACKNOWLEDGE, member::acknowledge);
        tasks.every(MEMBERS, membership::look);
        tasks.every(LOG, new LogLength(member, config.snapshotBytes())::look);
        tasks.every(NUDGE, new Nudge(member, rounds, batcher)::look);
    }

    private void look() {
        rounds.expire();
        forwarder.expire();
        leaderships.look();
        machine.checkPause();
    }

    @Override
    public CompletableFuture<Reply> submit(Operation operation) {
        if (operation.command() instanceof KeyCommand command) {
            var problem = KeyCheck.problem(command);
            if (problem.isPresent()) {
                return refused(problem.get().refusal(), problem.get().detail());
            }
        }
        var bytes = UnsafeByteOperations.unsafeWrap(OperationCodec.encode(handedIn(operation)));
        if (bytes.size() > OPERATION_BYTES) {
            var why = bytes.size() + " bytes in one operation, at most " + OPERATION_BYTES;
            return refused(Refusal.TOO_LARGE, why);
        }
        return slow.watch(operation.command().getClass().getSimpleName(), forwarder.submit(bytes));
    }

    /// What agents propose by themselves does not need it, as epochs and terms keep it from having
    /// a second effect, and has to come from nodes that have nothing of the log yet.
    private Operation handedIn(Operation operation) {
        return operation.principal().equals(Authority.AGENT)
                ? operation
                : operation.since(Math.max(0, engine.position().index()));
    }

    private CompletableFuture<Reply> refused(Refusal refusal, String why) {
        return CompletableFuture.completedFuture(
                new Reply.Refused(image().revision(), refusal, why));
    }

    @Override
    public ClusterImage image() {
        return engine.image();
    }

    @Override
    public CompletableFuture<ClusterImage> read() {
        return current().thenApply(_ -> engine.image());
    }

    private CompletableFuture<Long> current() {
        return slow.watch("read", forwarder.current());
    }

    @Override
    public CompletableFuture<Leadership> confirmLeadership() {
        var self = RatisMember.nodeOf(member.division().getId());
        return rounds.confirm()
                .thenApply(confirmed -> new Leadership(Optional.of(self), confirmed.term(), true));
    }

    @Override
    public void announce() {
        rounds.announce();
    }

    private CompletableFuture<Long> ownReadIndex() {
        return rounds.confirm().thenApply(LeadershipRounds.Confirmed::commitIndex);
    }

    /// Answers what another node's [LeaderLink] brought here. The future never fails; bytes that
    /// are no request of this version throw.
    public CompletableFuture<byte[]> answer(byte[] request) {
        return forwarder.answer(request);
    }

    @Override
    public Leadership leadership() {
        return leaderships.present();
    }

    @Override
    public void onLeadership(Consumer<Leadership> listener) {
        leaderships.listen(listener);
    }

    @Override
    public Subscription onChange(Consumer<ClusterChange> listener) {
        return changes.listen(listener);
    }

    @Override
    public Subscription onSync(Runnable listener) {
        return engine.onSync(listener);
    }

    @Override
    public List<Recorded> eventsAfter(Revision revision, int limit) {
        return engine.eventsAfter(revision, limit);
    }

    @Override
    public StateHash hash() {
        return engine.hash();
    }

    @Override
    public CompletableFuture<StateHash> hashAfter(long index) {
        return engine.hashAfter(index);
    }

    @Override
    public QuorumStatus quorum() {
        return new QuorumStatus(
                leadership(),
                member.division().getRaftLog().getLastCommittedIndex(),
                engine.position().index(),
                engine.newestEntry(),
                member.members(rounds.matchIndexes()));
    }

    @Override
    public Instant leadershipSince() {
        return leaderships.since();
    }

    @Override
    public StorageStatus storage() {
        return use.status();
    }

    @Override
    public CompletableFuture<StoredSnapshot> takeSnapshot() {
        return member.takeSnapshot()
                .thenApplyAsync(_ -> use.look().snapshot().orElseThrow(), executor);
    }

    @Override
    public List<String> alarms() {
        return alarms.raised();
    }

    @Override
    public void backup(OutputStream to) throws IOException {
        var scratch = backups.resolve("backup-" + UUID.randomUUID() + ".tmp");
        try {
            engine.backup(cluster, Instant.now(), scratch, to);
        } finally {
            Directories.delete(scratch);
        }
    }

    @Override
    public CompletableFuture<Void> admit(NodeId node, String peerId, HostPort raft, Role role) {
        return membership.admit(RaftPeerId.valueOf(peerId), raft, role);
    }

    @Override
    public CompletableFuture<Void> change(MembershipChange change) {
        return membership.change(change);
    }

    @Override
    public Optional<String> refusal(MembershipChange change) {
        return membership.refusal(change);
    }

    @Override
    public CompletableFuture<Void> transferLeadership(Optional<NodeId> to) {
        return membership.transferLeadership(to);
    }

    @Override
    public SortedMap<Integer, PageOwner> owners(BlockId block) {
        return engine.owners(block);
    }

    @Override
    public KeySpace keys() {
        return keys;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        forwarder.close();
        batcher.close();
        tasks.close();
        syncs.close();
        scrub.close();
        probe.close();
        use.close();
        metrics.remove(LAG);
        member.close();
        closeParts();
    }

    private void closeParts() {
        engine.close();
        meters.close();
        alarms.close();
        limits.close();
        changes.close();
        tasks.close();
        watches.close();
        leadershipThread.shutdown();
        executor.shutdown();
    }

    private final class Watch implements RatisStateMachine.Watcher {
        @Override
        public void leadershipMoved() {
            if (open) {
                leaderships.look();
            }
        }

        @Override
        public void leadershipLost() {
            rounds.lost();
            leadershipMoved();
        }

        @Override
        public void applied() {
            if (open) {
                member.acknowledge();
            }
        }

        @Override
        public void ended() {
            if (open && !closed.get()) {
                lastResort.end(
                        "the Raft server ended by itself",
                        new StorageFailed("the Raft server ended"));
            }
        }
    }
}
