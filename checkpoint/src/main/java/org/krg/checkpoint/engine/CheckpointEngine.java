// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.checkpoint.ArchiveSeal;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.CopyProgress;
import org.krg.checkpoint.DamageListener;
import org.krg.checkpoint.IncomingArchive;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.CollectionPlan;
import org.krg.checkpoint.core.HeldFiles;
import org.krg.checkpoint.core.Preflight;
import org.krg.checkpoint.core.SavedFiles;
import org.krg.checkpoint.core.SharedMemoryTies;
import org.krg.checkpoint.engine.Baselines.Baseline;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Contents;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Prepared;
import org.krg.checkpoint.model.Restored;
import org.krg.checkpoint.model.Survey;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.checkpoint.model.Verified;
import org.krg.state.model.Engine;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes and restores on this node. Safe for use by several threads; has no state of its own.
public final class CheckpointEngine implements Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(CheckpointEngine.class);

    private static final String GOES_ON = "The program goes on; older checkpoints are as they were";
    private static final String STANDS_STILL = "The program stands still where it is";

    private final CheckpointConfig config;
    private final NodeId self;
    private final Map<Engine, Dumper> dumpers;
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
        this.dumpers = Map.copyOf(dumpers);
        this.parts = parts;
        this.damage = damage;
        this.clock = clock;
    }

    /// Removes what a crash has left of takes and restores. To be called once, before any of them.
    public void clean() {
        WorkDirectory.clean(config.images());
    }

    @Override
    public Survey survey(CellView cell, TakeOptions options) {
        try {
            var limits = new Preflight.Limits(options.fileLimitBytes(), config.ghostLimitBytes());
            var tree = SharedMemoryTies.without(parts.files().scan(cell), cell.sharing());
            var saved = SavedFiles.of(tree, cell.initPid());
            var resident = tree.processes().stream().mapToLong(TreeProcess::residentBytes).sum();
            return new Survey(
                    Preflight.blockers(tree, limits),
                    parts.files().boundSockets(tree),
                    HeldFiles.of(tree),
                    SavedFiles.needs(tree, saved),
                    resident);
        } catch (IOException failure) {
            throw Failures.of(Phase.PREFLIGHT, failure);
        }
    }

    @Override
    public Taken take(CellView cell, TakeOptions options, CopyProgress progress) {
        try {
            return tryToTake(cell, options, progress);
        } catch (CheckpointFailed failed) {
            throw Failures.withNext(failed, next(failed, options));
        }
    }

    private static String next(CheckpointFailed failed, TakeOptions options) {
        if (failed.failure().code() == Code.SUSPECT) {
            return "CRIU was killed";
        }
        return options.leaveFrozen() ? STANDS_STILL : GOES_ON;
    }

    private Taken tryToTake(CellView cell, TakeOptions options, CopyProgress progress) {
        var dumper = requireDumper(options.engine());
        requireNoBlockers(preflight(cell, options));
        var id = new GenerationId(cell.process(), options.number());
        try (var work = WorkDirectory.create(config.images(), id + "." + cell.epoch())) {
            var watch = new Stopwatch();
            var taking = new Taking(cell, dumper, parts.files(), work, watch);
            var limit = options.fileLimitBytes();
            try (var snapshot = taking.snapshot(limit, options.leaveFrozen())) {
                var stopped = clock.instant().minus(snapshot.frozen());
                var stored = store(cell, options, taking, snapshot);
                watch.lap("store");
                // The disk of this node and those of the others at the same time.
                var durable = new Background(parts.store()::sync);
                Taken taken;
                try {
                    taken = copy(stored, options, progress, stopped);
                } finally {
                    durable.await();
                }
                watch.lap("copy");
                if (options.moving() && !options.leaveFrozen()) {
                    parts.baselines().keep(stored.manifest(), stored.digest(), work);
                }
                var generation = taken.generation();
                log.info(
                        "generation stored generation={} epoch={} copies={} imageBytes={}"
                                + " storedBytes={} frozen={}ms phases={}",
                        generation.id(),
                        generation.epoch(),
                        generation.copies(),
                        generation.imageBytes(),
                        generation.storedBytes(),
                        generation.frozen().toMillis(),
                        watch);
                return taken;
            }
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    /// A generation on this node, as the record of it and as a manifest.
    @SuppressWarnings("ArrayRecordComponent") // Handed from one method to the next.
    private record Stored(Generation generation, Manifest manifest, byte[] bytes) {
        private Sha256 digest() {
            return generation.manifest();
        }
    }

    private Stored store(CellView cell, TakeOptions options, Taking taking, Snapshot snapshot)
            throws IOException {
        var id = new GenerationId(cell.process(), options.number());
        var taken = Instant.ofEpochMilli(clock.millis());
        var version = requireDumper(options.engine()).version();
        var earlier =
                options.moving()
                        ? parts.baselines().take(cell.process())
                        : Optional.<Baseline>empty();
        try (var writing = parts.store().begin()) {
            var manifest =
                    new Manifest(
                            id,
                            cell.epoch(),
                            taken,
                            parts.files().origin(options.engine(), version),
                            cell.rootPid(),
                            snapshot.streams(),
                            snapshot.inputEnded(),
                            taking.store(
                                    snapshot,
                                    writing,
                                    earlier.map(it -> new EarlierImages(it, parts.store()))),
                            snapshot.needs(),
                            Taking.tasks(snapshot.tree()));
            var bytes = ManifestCodec.encode(manifest);
            writing.publish(id, ManifestCodec.digest(bytes), bytes);
            var generation =
                    new Generation(
                            id,
                            cell.epoch(),
                            ManifestCodec.digest(bytes),
                            List.of(self),
                            manifest.imageBytes(),
                            writing.storedBytes() + bytes.length,
                            snapshot.frozen(),
                            taken,
                            0,
                            options.pinned());
            return new Stored(generation, manifest, bytes);
        } finally {
            earlier.ifPresent(it -> it.work().close());
        }
    }

    private Taken copy(Stored stored, TakeOptions options, CopyProgress progress, Instant stopped) {
        var generation = stored.generation();
        var holders = new ArrayList<>(generation.copies());
        var refusals = new ArrayList<String>();
        var sent = new AtomicLong();
        for (var node : options.candidates()) {
            if (holders.size() >= options.copies()) {
                break;
            }
            try {
                parts.copies()
                        .keep(
                                node,
                                generation.id(),
                                stored.bytes(),
                                options.moving() && node.equals(options.candidates().getFirst()),
                                bytes ->
                                        progress.sent(
                                                sent.addAndGet(bytes), generation.imageBytes()));
                holders.add(node);
            } catch (IOException failure) {
                refusals.add(node + ": " + failure.getMessage());
            }
        }
        if (holders.size() < options.copies()) {
            discard(generation.id());
            throw Failures.of(
                    Phase.COPY,
                    Code.TOO_FEW_COPIES,
                    "%d of %d copies could be made%s"
                            .formatted(
                                    holders.size(),
                                    options.copies(),
                                    refusals.isEmpty() ? "" : "; " + String.join("; ", refusals)),
                    "Bring more nodes up, or ask for fewer copies");
        }
        return new Taken(withCopies(generation, holders), refusals, sent.get(), stopped);
    }

    private static Generation withCopies(Generation it, List<NodeId> copies) {
        return new Generation(
                it.id(),
                it.epoch(),
                it.manifest(),
                copies,
                it.imageBytes(),
                it.storedBytes(),
                it.frozen(),
                it.taken(),
                it.restoreFailures(),
                it.pinned());
    }

    @Override
    public Prepared prepare(Generation generation, Path stdout, Path stderr) {
        var fetching = fetching(generation);
        var watch = new Stopwatch();
        try (var writing = parts.store().begin();
                var source = fetching.source(writing)) {
            // What was written ahead was made of a whole generation just now.
            var isHere = parts.baselines().has(generation.id().process(), generation.manifest());
            var fetchedBytes = isHere ? 0 : fetching.complete(writing, source);
            watch.lap("fetch");
            var manifest = fetching.requireManifest();
            new Restoring(manifest, source, parts.files()).writeStreams(stdout, stderr);
            writing.commit();
            watch.lap("output");
            log.info(
                    "generation is here generation={} fetchedBytes={} phases={}",
                    generation.id(),
                    fetchedBytes,
                    watch);
            return new Prepared(
                    manifest.rootPid(), manifest.streams(), manifest.inputEnded(), fetchedBytes);
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public Restored restore(Generation generation, CellView target, boolean frozen) {
        var fetching = fetching(generation);
        var name = generation.id() + "." + target.epoch() + ".restore";
        var watch = new Stopwatch();
        try (var work = WorkDirectory.create(config.images(), name)) {
            var manifest = fetching.requireManifest();
            var dumper = requireDumper(manifest.origin().engine());
            var filesPutBack = writeFiles(fetching, manifest, target, work);
            watch.lap("files");
            target.restoring(work.images());
            dumper.restore(target, work.images(), work.logs(), true);
            watch.lap("restore");
            // It is on its way to that already; this waits for the last task of it.
            target.freeze();
            parts.files().startTimers(target);
            if (!frozen) {
                target.thaw();
            }
            watch.lap("settle");
            log.info(
                    "process restored process={} epoch={} generation={} filesPutBack={} phases={}",
                    target.process(),
                    target.epoch(),
                    generation.id(),
                    filesPutBack,
                    watch);
            return new Restored(filesPutBack);
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    private int writeFiles(
            Fetching fetching, Manifest manifest, CellView target, WorkDirectory work)
            throws IOException {
        var generation = fetching.generation();
        requireStreams(manifest, target);
        try (var writing = parts.store().begin();
                var source = fetching.source(writing)) {
            var restoring = new Restoring(manifest, source, parts.files());
            var ahead = parts.baselines().take(generation.id().process());
            try {
                if (ahead.filter(it -> it.digest().equals(generation.manifest())).isPresent()) {
                    Baselines.move(ahead.get().work(), work);
                } else {
                    restoring.writeImages(work.images());
                }
            } finally {
                ahead.ifPresent(it -> it.work().close());
            }
            var filesPutBack = restoring.putBack(target);
            writing.commit();
            return filesPutBack;
        }
    }

    private static void requireStreams(Manifest manifest, CellView target) {
        var present = target.sync();
        if (!present.equals(manifest.streams())) {
            throw Failures.of(
                    Phase.RESTORE,
                    Code.OTHER,
                    "the output of the cell has %s, the checkpoint %s"
                            .formatted(present, manifest.streams()),
                    "Prepare the restore before the cell is made");
        }
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
    public IncomingArchive open(InputStream archive, Optional<byte[]> authority) {
        var arriving =
                new Arriving.Parts(
                        config,
                        self,
                        parts.store(),
                        parts.seal(),
                        parts.compression(),
                        this::copyIncoming);
        return new Arriving(arriving, archive, authority);
    }

    private Taken copyIncoming(
            Generation generation, Manifest manifest, byte[] bytes, TakeOptions options) {
        var stored = new Stored(generation, manifest, bytes);
        return copy(stored, options, CopyProgress.NONE, generation.taken());
    }

    @Override
    public List<GenerationId> stored() {
        try {
            return parts.store().stored().stream()
                    .map(CollectionPlan.Stored::id)
                    .distinct()
                    .toList();
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    @Override
    public void discard(GenerationId generation) {
        try {
            parts.store().remove(generation);
            parts.store().sweep();
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    @Override
    public long collect(Set<GenerationId> live) {
        try {
            var dead = CollectionPlan.dead(parts.store().stored(), live, clock.instant());
            for (var id : dead) {
                parts.store().remove(id);
            }
            return parts.store().sweep();
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    private Fetching fetching(Generation generation) {
        var others = generation.copies().stream().filter(node -> !node.equals(self)).toList();
        return new Fetching(generation, others, parts, damage);
    }

    private Dumper requireDumper(Engine engine) {
        var dumper = dumpers.get(engine);
        if (dumper != null) {
            return dumper;
        }
        var cause =
                switch (engine) {
                    case CRIU -> "CRIU does not work on node " + self;
                    case RESTART -> "the engine restart saves nothing";
                };
        var remedy =
                switch (engine) {
                    case CRIU -> "See krg-admin system doctor, or submit with --engine restart";
                    case RESTART -> "Submit the job with --engine criu";
                };
        throw Failures.of(Phase.PREFLIGHT, Code.NO_ENGINE, cause, remedy);
    }

    private static void requireNoBlockers(List<Blocker> blockers) {
        if (blockers.isEmpty()) {
            return;
        }
        var first = blockers.getFirst();
        var more = blockers.size() == 1 ? "" : " (and " + (blockers.size() - 1) + " more)";
        var all = String.join("; ", blockers.stream().map(Blocker::toString).toList());
        throw new CheckpointFailed(
                new Failure(Phase.PREFLIGHT, Code.BLOCKED, all, first.remedy() + more, GOES_ON, ""),
                blockers);
    }
}
