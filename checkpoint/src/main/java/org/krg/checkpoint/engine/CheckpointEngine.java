// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.krg.checkpoint.ArchiveSeal;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.CopyProgress;
import org.krg.checkpoint.DamageListener;
import org.krg.checkpoint.FollowingMemory;
import org.krg.checkpoint.IncomingGeneration;
import org.krg.checkpoint.Pace;
import org.krg.checkpoint.core.Aftermath;
import org.krg.checkpoint.core.Preflight;
import org.krg.checkpoint.core.Substitution;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Contents;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Prepared;
import org.krg.checkpoint.model.Restored;
import org.krg.checkpoint.model.Scanned;
import org.krg.checkpoint.model.Sharing;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.Survey;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.checkpoint.model.Verified;
import org.krg.state.model.Engine;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;
import org.krg.state.model.Substitute;

/// Takes and restores on this node. Safe for use by several threads; has no state of its own.
public final class CheckpointEngine implements Checkpoints {
    private final CheckpointConfig config;
    private final NodeId self;
    private final Dumpers dumpers;
    private final Parts parts;
    private final DamageListener damage;
    private final InstantSource clock;

    /// What it works with.
    ///
    /// @param copies the stores of other nodes
    /// @param baselines images of programs that are about to move
    /// @param seal signs archives and says whom to believe
    /// @param compression of archives
    public record Parts(
            ChunkStore store,
            CellFiles files,
            Copies copies,
            Baselines baselines,
            ArchiveSeal seal,
            Compression compression) {}

    /// @param self this node, which holds the first copy of what is taken here
    /// @param dumpers the engines that passed their self-test
    public CheckpointEngine(
            CheckpointConfig config,
            NodeId self,
            Map<Engine, Dumper> dumpers,
            Parts parts,
            DamageListener damage,
            InstantSource clock) {
        this.config = config;
        this.self = self;
        this.dumpers = new Dumpers(self, dumpers);
        this.parts = parts;
        this.damage = damage;
        this.clock = clock;
    }

    /// Removes what a crash has left of takes and restores. To be called once, before any of them.
    public void clean() {
        try {
            WorkDirectory.clean(config.images());
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    @Override
    public Survey survey(CellView cell, TakeOptions options) {
        try {
            var limits = new Preflight.Limits(options.fileLimitBytes(), config.ghostLimitBytes());
            return Scope.of(options.engine(), parts.files()).survey(cell, limits);
        } catch (IOException failure) {
            throw Failures.of(Phase.PREFLIGHT, failure);
        }
    }

    @Override
    public long freeBytes() {
        try {
            return Files.getFileStore(config.images()).getUsableSpace();
        } catch (IOException failure) {
            throw Failures.of(Phase.PREFLIGHT, failure);
        }
    }

    @Override
    public Taken take(CellView cell, TakeOptions options, CopyProgress progress) {
        try {
            return tryToTake(cell, options, progress);
        } catch (CheckpointFailed failed) {
            // Whatever TakeRun says itself: nothing was stopped.
            throw Failures.withNext(failed, Aftermath.of(cell.isHeld(), false));
        }
    }

    private Taken tryToTake(CellView cell, TakeOptions options, CopyProgress progress) {
        var dumper = dumpers.require(options.engine());
        prepareCopy(options);
        requireNoBlockers(preflight(cell, options), Aftermath.of(cell.isHeld(), false));
        var name = new GenerationId(cell.process(), options.number()) + "." + cell.epoch();
        try (var work = WorkDirectory.create(config.images(), name)) {
            requireRoom(cell, options, work);
            return new TakeRun(cell, options, dumper, self, parts, work, clock).run(progress);
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    /// While nothing stands still yet.
    private void prepareCopy(TakeOptions options) {
        if (options.copies() > 1 && !options.candidates().isEmpty()) {
            var node = options.candidates().getFirst();
            var _ = Thread.startVirtualThread(() -> parts.copies().prepare(node));
        }
    }

    /// What certainly finds no room is not begun: the program would stand still for nothing. What
    /// is shared by the cluster is no part of the images, and cannot be told from the rest.
    private void requireRoom(CellView cell, TakeOptions options, WorkDirectory work)
            throws IOException {
        if (options.engine() != Engine.CRIU
                || options.memoryFollows()
                || !cell.sharing().equals(Sharing.NONE)) {
            return;
        }
        var needed = parts.files().ownMemoryBytes(cell);
        var free = Files.getFileStore(work.images()).getUsableSpace();
        if (free < needed) {
            throw Failures.of(
                    Phase.PREFLIGHT,
                    Code.DISK_FULL,
                    "node %s has %d bytes left in %s, and the images of process %s take at least %d"
                            .formatted(self, free, work.path().getParent(), cell.process(), needed),
                    "Make room on that disk; krg-admin checkpoint prune drops what is not needed");
        }
    }

    private static void requireNoBlockers(List<Blocker> blockers, String next) {
        if (blockers.isEmpty()) {
            return;
        }
        var first = blockers.getFirst();
        var more = blockers.size() == 1 ? "" : " (and " + (blockers.size() - 1) + " more)";
        var all = String.join("; ", blockers.stream().map(Blocker::toString).toList());
        throw new CheckpointFailed(
                new Failure(Phase.PREFLIGHT, Code.BLOCKED, all, first.remedy() + more, next, ""),
                blockers);
    }

    @Override
    public Prepared prepare(Generation generation, Path stdout, Path stderr) {
        var fetching = fetching(generation);
        try {
            return new RestoreRun(fetching, parts).prepare(stdout, stderr);
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public Restored restore(Generation generation, CellView target, boolean frozen) {
        var fetching = fetching(generation);
        var name = generation.id() + "." + target.epoch() + ".restore";
        try (var work = WorkDirectory.create(config.images(), name)) {
            return new RestoreRun(fetching, parts).restore(target, dumpers, work, frozen);
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public FollowingMemory restoreFollowed(
            Generation generation, CellView target, NodeId source, Duration limit) {
        var fetching = fetching(generation);
        var name = generation.id() + "." + target.epoch() + ".restore";
        try (var work = WorkDirectory.create(config.images(), name)) {
            return new RestoreRun(fetching, parts)
                    .restoreFollowed(
                            target,
                            dumpers,
                            work,
                            pages ->
                                    parts.copies()
                                            .readMemory(
                                                    source,
                                                    generation.id().process(),
                                                    generation.epoch(),
                                                    pages),
                            limit);
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public List<Opening> openings(Generation generation, List<Substitute> substitutes) {
        var fetching = fetching(generation);
        try (var writing = parts.store().begin();
                var source = fetching.source(writing)) {
            var manifest = fetching.requireManifest();
            var restoring = new Restoring(manifest, source, parts.files());
            var openings =
                    Substituting.plan(manifest, restoring::read, substitutes).replaced().stream()
                            .map(Substitution.Replaced::opening)
                            .toList();
            writing.commit();
            return openings;
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public List<String> unopenable(Identity user, List<Opening> openings) {
        var problems = new ArrayList<String>();
        for (var opening : openings) {
            try {
                var tried = parts.files().tryOpen(user, opening);
                if (tried.identity().isEmpty()) {
                    problems.add(tried.problem());
                }
            } catch (IOException failure) {
                throw Failures.of(Phase.RESTORE, failure);
            }
        }
        return problems;
    }

    @Override
    public Verified verify(Generation generation) {
        var fetching = fetching(generation);
        try (var writing = parts.store().begin();
                var source = fetching.source(writing)) {
            fetching.complete(writing, source);
            var manifest = fetching.requireManifest();
            var chunks = new Restoring(manifest, source, parts.files()).readAll();
            writing.commit();
            return new Verified(chunks, source.repaired());
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public Scanned scan(Generation generation, Pace pace) {
        var fetching = fetching(generation);
        try {
            return new Scanning(parts.store(), pace).run(generation, fetching);
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public GenerationDiff diff(Generation from, Generation to) {
        var fetching = fetching(to);
        try {
            var before = fetching(from).requireManifest();
            var after = fetching.requireManifest();
            return new Differing(before, after, this::requireNode).run();
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    private byte[] requireNode(ChunkHash hash) throws IOException {
        return parts.store()
                .find(hash)
                .orElseThrow(() ->
                        new ChunksMissing(
                                "chunk "
                                        + hash
                                        + " is damaged here: checkpoint verify repairs it"));
    }

    @Override
    public Contents inspect(Generation generation) {
        var fetching = fetching(generation);
        try {
            var manifest = fetching.requireManifest();
            return new Contents(generation.id(), manifest, manifest.imageBytes());
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public void export(Generation generation, ArchiveHead head, OutputStream out) {
        try {
            new ArchiveWriting(parts.store(), parts.seal(), parts.compression())
                    .write(generation, head, out);
        } catch (IOException failure) {
            throw Failures.of(Phase.EXPORT, failure);
        }
    }

    @Override
    public IncomingGeneration open(InputStream archive, Optional<byte[]> authority) {
        var arriving =
                new Arriving.Parts(
                        config, parts.store(), parts.seal(), parts.compression(), adopting());
        return new Arriving(arriving, archive, authority);
    }

    @Override
    public IncomingGeneration duplicate(Generation generation, ArchiveHead head) {
        return new Duplicating(fetching(generation), parts.store(), adopting(), head);
    }

    private Adopting adopting() {
        return new Adopting(self, new Copying(parts.copies()));
    }

    @Override
    public List<StoredManifest> stored() {
        try {
            return parts.store().stored();
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    @Override
    public void discard(StoredManifest stored) {
        try {
            parts.baselines().dropOld();
            parts.baselines().drop(stored.digest());
            parts.store().remove(stored.id(), stored.digest());
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    @Override
    public long sweep() {
        try {
            return parts.store().sweep();
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    @Override
    public long outdatedBytes() {
        try {
            return parts.store().outdatedBytes();
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    @Override
    public long renew() {
        try {
            // It waits for those who write with what was the key before.
            for (var left = Long.MAX_VALUE; ; ) {
                parts.store().sweepAll();
                var now = parts.store().outdatedBytes();
                if (now == 0 || now >= left) {
                    return now;
                }
                left = now;
            }
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    private Fetching fetching(Generation generation) {
        var others = generation.copies().stream().filter(node -> !node.equals(self)).toList();
        return new Fetching(generation, others, parts, damage);
    }
}
