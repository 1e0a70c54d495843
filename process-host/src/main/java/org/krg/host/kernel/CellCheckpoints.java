// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.FollowingMemory;
import org.krg.checkpoint.IncomingGeneration;
import org.krg.checkpoint.Pace;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.BoundSocket;
import org.krg.checkpoint.model.Contents;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.HeldFile;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Prepared;
import org.krg.checkpoint.model.Scanned;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.UsedPath;
import org.krg.checkpoint.model.Verified;
import org.krg.host.GenerationContents;
import org.krg.host.GenerationContents.Fact;
import org.krg.host.GenerationContents.Part;
import org.krg.host.HostFailure;
import org.krg.host.RestartMark;
import org.krg.host.core.Afterwards;
import org.krg.host.core.MoveFit;
import org.krg.host.core.Slowdown;
import org.krg.host.engine.Checkpointing;
import org.krg.host.model.CellId;
import org.krg.host.model.Footprint.NeededPath;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Identity;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.StartFault;
import org.krg.state.model.Substitute;

/// The [Checkpointing] of the engine: generations of the cells of this machine. Safe for use by
/// several threads.
public final class CellCheckpoints implements Checkpointing {
    /// Tasks that come out of a restore stand still at once.
    private static final Duration FREEZE_LIMIT = Duration.ofSeconds(20);

    private final Cells cells;
    private final KernelMachine machine;
    private final Checkpoints checkpoints;
    private final SharedPrograms shared;

    /// What each cell had used when its last checkpoint was done: from then on it goes undisturbed.
    private final ConcurrentHashMap<CellId, Slowdown.Sample> paces = new ConcurrentHashMap<>();

    public CellCheckpoints(
            Cells cells, KernelMachine machine, Checkpoints checkpoints, SharedPrograms shared) {
        this.cells = cells;
        this.machine = machine;
        this.checkpoints = checkpoints;
        this.shared = shared;
    }

    private SavedCell saved(Cell cell, JobSpec spec) {
        var own = cell.findState().or(spec.checkpoint()::ownDirectory);
        return new SavedCell(cell, spec.runAs(), shared, spec.program().terminal(), own);
    }

    @Override
    public Survey survey(CellId id, JobSpec spec) {
        var cell = cells.find(id).orElseThrow(() -> gone(id));
        var checkpoint = spec.checkpoint();
        var options =
                new TakeOptions(
                        1, checkpoint.engine(), 1, List.of(), checkpoint.fileLimitBytes(), false);
        var view = saved(cell, spec);
        var found = attempt(() -> checkpoints.survey(view, options));
        var unsaved = new ArrayList<>(view.ties());
        found.blockers().stream().map(CellCheckpoints::obstacle).forEach(unsaved::add);
        return new Survey(
                unsaved,
                bound(found, cell.findAddress().isPresent()),
                found.held().stream()
                        .filter(file -> file.kind() != HeldFile.Kind.NETWORK_LOCK)
                        .map(CellCheckpoints::held)
                        .toList(),
                found.needs().stream()
                        .map(need -> new UsedFile(need.path(), need.sizeBytes(), need.mapped()))
                        .toList(),
                found.paths().stream().map(CellCheckpoints::path).toList(),
                found.leastBytes(),
                shared.opened(cell.pids()),
                found.residentBytes());
    }

    /// What is bound to an address of the cell's own goes along with it.
    private static List<Obstacle> bound(
            org.krg.checkpoint.model.Survey found, boolean hasOwnAddress) {
        var bound = new ArrayList<Obstacle>();
        if (!hasOwnAddress) {
            found.bound().forEach(socket -> bound.add(obstacle(socket)));
        }
        found.held().stream()
                .filter(file -> file.kind() == HeldFile.Kind.NETWORK_LOCK)
                .forEach(file ->
                        bound.add(MoveFit.networkLock(where(file.pid(), file.fd()), file.path())));
        return bound;
    }

    private static Checkpointing.LoneFile held(HeldFile file) {
        return new Checkpointing.LoneFile(
                where(file.pid(), file.fd()),
                file.path(),
                file.kind() == HeldFile.Kind.FIFO ? "fifo" : "lock",
                file.device(),
                file.inode());
    }

    private static LonePath path(UsedPath path) {
        var kind =
                switch (path.kind()) {
                    case WORKING_DIRECTORY -> NeededPath.Kind.WORKING_DIRECTORY;
                    case DIRECTORY -> NeededPath.Kind.DIRECTORY;
                    case FIFO -> NeededPath.Kind.FIFO;
                    case SOCKET_DIRECTORY -> NeededPath.Kind.SOCKET_DIRECTORY;
                    case WRITTEN -> NeededPath.Kind.WRITTEN;
                    case OWN_DIRECTORY -> NeededPath.Kind.OWN_DIRECTORY;
                };
        var where =
                path.fd().isPresent()
                        ? where(path.pid(), path.fd().getAsInt())
                        : "pid " + path.pid();
        return new LonePath(where, path.path(), kind, path.writable(), path.device(), path.inode());
    }

    private static Obstacle obstacle(Blocker blocker) {
        var where =
                blocker.fd().isPresent()
                        ? where(blocker.pid(), blocker.fd().getAsInt())
                        : "pid " + blocker.pid();
        return new Obstacle(where, blocker.what(), blocker.remedy());
    }

    private static String where(int pid, int fd) {
        return "fd %d of pid %d".formatted(fd, pid);
    }

    private static Obstacle obstacle(BoundSocket socket) {
        return new Obstacle(
                where(socket.pid(), socket.fd()),
                "a socket is bound to %s, an address of this node".formatted(socket.address()),
                "Close it before the move, or start the job with --net cell: an address of its own goes"
                        + " along");
    }

    @Override
    public long freeBytes() {
        return attempt(checkpoints::freeBytes);
    }

    @Override
    public Taken take(Order order, Progress progress) {
        var copies = copies(order.spec().checkpoint().copies(), order.ready().size());
        return take(order, options(order, copies, candidates(order)), Gate.OPEN, progress);
    }

    @Override
    public Taken takeInCut(Order order, Gate gate, Progress progress) {
        var copies = copies(order.spec().checkpoint().copies(), order.ready().size());
        return take(order, options(order, copies, candidates(order)), gate, progress);
    }

    @Override
    public Taken takeAndHold(Order order, Progress progress) {
        var target = List.of(order.target().orElseThrow());
        var held = options(order, 2, target).ofMove().leavingFrozen();
        return take(
                order, order.memoryFollows() ? held.withoutMemory() : held, Gate.OPEN, progress);
    }

    private Taken take(Order order, TakeOptions options, Gate gate, Progress progress) {
        var cell = cells.find(order.cell()).orElseThrow(() -> gone(order.cell()));
        return attempt(() -> {
            var paced = new PaceGate(gate, cell::usage);
            var view = saved(cell, order.spec()).waitingAt(paced);
            var taken = checkpoints.take(view, options, progress::sent);
            var now = paced.sample();
            var earlier = Optional.ofNullable(paces.put(order.cell(), now));
            paces.keySet().removeIf(id -> cells.find(id).isEmpty());
            return new Taken(
                    taken.generation().withSlowed(paced.slowed(earlier, now)),
                    options.copies(),
                    taken.sentBytes(),
                    taken.stopped());
        });
    }

    private static TakeOptions options(Order order, int copies, List<NodeId> candidates) {
        var checkpoint = order.spec().checkpoint();
        var options =
                new TakeOptions(
                        order.generation().number(),
                        checkpoint.engine(),
                        copies,
                        candidates,
                        checkpoint.fileLimitBytes(),
                        order.pinned());
        // Images that are without memory have nothing in common with those that have it.
        return order.target().isPresent() && !order.memoryFollows() ? options.ofMove() : options;
    }

    @Override
    public void restore(
            CellId id, JobSpec spec, Generation generation, Afterwards afterwards, Duration until) {
        try {
            attempt(() -> {
                bringBack(
                        id,
                        spec,
                        generation,
                        afterwards,
                        until,
                        (target, still) -> checkpoints.restore(generation, target, still));
                return id;
            });
        } catch (HostFailure failure) {
            machine.discard(id);
            throw failure.blaming(fault(failure));
        }
    }

    @Override
    public FollowingMemory restoreFollowed(
            CellId id, JobSpec spec, Generation generation, Migration migration, Duration until) {
        var following = new ArrayList<FollowingMemory>();
        try {
            attempt(() -> {
                bringBack(
                        id,
                        spec,
                        generation,
                        Afterwards.ARRIVES,
                        until,
                        (target, _) ->
                                following.add(
                                        checkpoints.restoreFollowed(
                                                generation,
                                                target,
                                                migration.route().from(),
                                                migration.limit())));
                return id;
            });
        } catch (HostFailure failure) {
            following.forEach(FollowingMemory::giveUp);
            machine.discard(id);
            throw failure;
        }
        return following.getFirst();
    }

    @Override
    public boolean isMemoryHere(CellId id) {
        return attempt(() -> cells.find(id).filter(Cell::isMemoryHere).isPresent());
    }

    /// Making a cell is the node's own affair, whatever is to come into it.
    private static StartFault fault(HostFailure failure) {
        return failure.getCause() instanceof CheckpointFailed failed
                ? failed.failure().code().fault()
                : StartFault.NODE;
    }

    /// How a program is brought back in its cell.
    private interface Restore {
        /// @param still whether it stands still then
        void into(SavedCell target, boolean still);
    }

    private void bringBack(
            CellId id,
            JobSpec spec,
            Generation generation,
            Afterwards afterwards,
            Duration until,
            Restore restore) {
        machine.settle(id);
        var directory = cells.makeDirectory(id);
        var prepared =
                checkpoints.prepare(
                        generation, directory.resolve("stdout"), directory.resolve("stderr"));
        var mark = mark(generation, prepared);
        var cell = machine.beginRestore(id, spec, prepared.rootPid(), mark, until);
        var old = afterwards != Afterwards.ARRIVES && cell.findAddress().isPresent();
        var still = afterwards != Afterwards.GOES_ON || old;
        var target = saved(cell, spec).returning(generation.segments());
        restore.into(target, still);
        if (still) {
            // It is on its way to that already; this waits for the last task of it.
            cell.freeze(FREEZE_LIMIT);
        }
        if (old) {
            // Before the program can write or read: others hear at once that it is over.
            cell.connect();
            cell.abortConnections(machine.partners(id));
        }
        if (afterwards == Afterwards.STANDS) {
            cell.hold(FREEZE_LIMIT);
        }
        // Before the restore counts as done: no later agent would see to it.
        if (prepared.inputEnded() && spec.program().stdinOpen()) {
            cell.endStdin();
        }
        machine.finishRestore(id, mark);
        if (old && afterwards == Afterwards.GOES_ON) {
            cell.thaw();
        }
    }

    @Override
    public List<StoredManifest> stored() {
        return attempt(checkpoints::stored);
    }

    @Override
    public void forget(StoredManifest stored) {
        attempt(() -> {
            checkpoints.discard(stored);
            return stored;
        });
    }

    @Override
    public void sweep() {
        attempt(checkpoints::sweep);
    }

    @Override
    public GenerationContents inspect(Generation generation) {
        return contents(attempt(() -> checkpoints.inspect(generation)));
    }

    @Override
    public List<Opening> openings(Generation generation, List<Substitute> substitutes) {
        return attempt(
                () -> checkpoints.openings(generation, substitutes), CellCheckpoints::refused);
    }

    @Override
    public List<String> unopenable(Identity user, List<Opening> openings) {
        return attempt(() -> checkpoints.unopenable(user, openings), CellCheckpoints::refused);
    }

    @Override
    public Verified verify(Generation generation) {
        return attempt(() -> checkpoints.verify(generation));
    }

    @Override
    public Scanned scan(Generation generation, Pace pace) {
        return attempt(() -> checkpoints.scan(generation, pace));
    }

    @Override
    public GenerationDiff diff(Generation from, Generation to) {
        return attempt(() -> checkpoints.diff(from, to));
    }

    @Override
    public void export(Generation generation, ArchiveHead head, OutputStream out) {
        attempt(() -> {
            checkpoints.export(generation, head, out);
            return generation;
        });
    }

    @Override
    public Arrival open(InputStream archive, Optional<byte[]> authority) {
        return new Arriving(attempt(() -> checkpoints.open(archive, authority)));
    }

    @Override
    public Arrival duplicate(Generation generation, ArchiveHead head) {
        return new Arriving(attempt(() -> checkpoints.duplicate(generation, head)));
    }

    private record Arriving(IncomingGeneration archive) implements Arrival {
        @Override
        public ArchiveHead head() {
            return archive.head();
        }

        @Override
        public void receive() {
            attempt(() -> {
                archive.receive();
                return archive;
            });
        }

        @Override
        public Taken keep(GenerationId id, List<NodeId> ready) {
            var wanted = copies(archive.head().spec().checkpoint().copies(), ready.size());
            var taken =
                    attempt(() -> archive.keep(id, wanted, turned(ready, id.process().value())));
            return new Taken(taken.generation(), wanted, taken.sentBytes(), taken.stopped());
        }

        @Override
        public void close() {
            archive.close();
        }
    }

    private static RestartMark mark(Generation generation, Prepared prepared) {
        var streams = prepared.streams();
        return new RestartMark(
                generation.id().number(), streams.stdoutBytes(), streams.stderrBytes());
    }

    /// A cluster with one node keeps one copy; elsewhere two are the least.
    private static int copies(int asked, int others) {
        return others == 0 ? 1 : Math.min(Math.max(asked, 2), others + 1);
    }

    /// The target of a move, then the nodes in an order of the process' own, the same each time:
    /// copies of many processes go to many nodes, and those of one to where most of it is already.
    private static List<NodeId> candidates(Order order) {
        var turned = turned(order.ready(), order.generation().process().value());
        order.target().filter(turned::remove).ifPresent(turned::addFirst);
        return turned;
    }

    private static List<NodeId> turned(List<NodeId> ready, long process) {
        var turned = new ArrayList<>(ready);
        if (!turned.isEmpty()) {
            Collections.rotate(turned, (int) (process % turned.size()));
        }
        return turned;
    }

    private static GenerationContents contents(Contents contents) {
        var manifest = contents.manifest();
        var origin = manifest.origin();
        var facts = new ArrayList<Fact>();
        facts.add(new Fact("taken", manifest.taken().toString()));
        facts.add(new Fact("engine", origin.engineVersion()));
        facts.add(new Fact("kernel", origin.kernel()));
        facts.add(new Fact("architecture", origin.architecture()));
        facts.add(new Fact("cpu", origin.cpu()));
        manifest.tasks().forEach(task -> facts.add(fact(task)));
        manifest.needs().forEach(need -> facts.add(new Fact("needs", need.path())));
        return new GenerationContents(
                contents.id(),
                origin.engine().name().toLowerCase(Locale.ROOT),
                manifest.streams().stdoutBytes(),
                manifest.streams().stderrBytes(),
                manifest.entries().stream().map(CellCheckpoints::part).toList(),
                facts);
    }

    private static Fact fact(Manifest.Task task) {
        return new Fact(
                "process",
                "%d %s, threads=%d, residentBytes=%d"
                        .formatted(task.pid(), task.name(), task.threads(), task.residentBytes()));
    }

    private static Part part(Manifest.Entry entry) {
        var kind =
                switch (entry.kind()) {
                    case IMAGE -> "image";
                    case STDOUT, STDERR -> "stream";
                    case FILE -> "file";
                    case APPENDED -> "append";
                    case DIRECTORY -> "directory";
                    case LINK -> "link";
                };
        return new Part(kind, entry.name(), entry.content().sizeBytes());
    }

    private static HostFailure gone(CellId id) {
        return new HostFailure(
                HostFailure.Code.CONFLICT,
                "incarnation " + id + " does not run on this node any more",
                "`krg-admin ps` shows where the process is");
    }

    /// What went wrong becomes a failure that a user can read.
    private static <T> T attempt(Supplier<T> work) {
        return attempt(work, CellCheckpoints::told);
    }

    private static <T> T attempt(Supplier<T> work, Function<Failure, String> telling) {
        try {
            return work.get();
        } catch (CheckpointFailed failed) {
            var failure = failed.failure();
            throw new HostFailure(
                    code(failure.code()), telling.apply(failure), failure.remedy(), failed);
        } catch (CellFailed failed) {
            throw new HostFailure(
                    HostFailure.Code.FAILED, String.valueOf(failed.getMessage()), "", failed);
        }
    }

    /// Of what is looked at before a restore is ordered.
    private static String refused(Failure failure) {
        return "it cannot be restored with these files, nothing was done: " + failure.cause();
    }

    private static String told(Failure failure) {
        var text = new StringBuilder(failure.phase().name().toLowerCase(Locale.ROOT));
        text.append(" failed: ").append(failure.cause());
        if (!failure.next().isEmpty()) {
            text.append(". ").append(failure.next());
        }
        if (!failure.log().isEmpty()) {
            text.append(". CRIU's log is kept in ").append(failure.log());
        }
        return text.toString();
    }

    private static HostFailure.Code code(Failure.Code code) {
        return switch (code) {
            case BLOCKED,
                    NO_ENGINE,
                    TERMINAL,
                    TCP,
                    UNIX_PEER,
                    DESCRIPTOR,
                    GHOST_LIMIT,
                    FILE_LIMIT ->
                    HostFailure.Code.NOT_CHECKPOINTABLE;
            case CORRUPT, HOSTILE -> HostFailure.Code.CORRUPT;
            case NOT_TRUSTED -> HostFailure.Code.NOT_PERMITTED;
            case UNKNOWN_FORM -> HostFailure.Code.USAGE;
            case DISK_FULL -> HostFailure.Code.DISK;
            case NOT_FOUND -> HostFailure.Code.NOT_FOUND;
            case SUBSTITUTE -> HostFailure.Code.CONFLICT;
            case CRIU_TOO_OLD,
                    CRIU_KERNEL,
                    PID_BUSY,
                    NAMESPACES,
                    ADDRESS,
                    FILE_MISMATCH,
                    FREEZE_TIMEOUT,
                    CPU_MISMATCH,
                    PRIVILEGE,
                    TOO_FEW_COPIES,
                    SUSPECT,
                    IO,
                    UNLIKE,
                    OTHER ->
                    HostFailure.Code.FAILED;
        };
    }
}
