// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.CopyProgress;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.Aftermath;
import org.krg.checkpoint.engine.Baselines.Baseline;
import org.krg.checkpoint.engine.ChunkStore.Published;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One take of a generation, from the freeze to the last copy. Used once, by one thread.
///
/// @param self this node, which holds the first copy
/// @param work where the images are written; the caller closes it
record TakeRun(
        CellView cell,
        TakeOptions options,
        Dumper dumper,
        NodeId self,
        CheckpointEngine.Parts parts,
        WorkDirectory work,
        InstantSource clock) {
    private static final Logger log = LoggerFactory.getLogger(TakeRun.class);

    Taken run(CopyProgress progress) {
        var watch = new Stopwatch();
        var scope = Scope.of(options.engine(), parts.files());
        var taking = new Taking(cell, dump(), scope, parts.files(), work, watch);
        try {
            return run(taking, progress, watch);
        } catch (CheckpointFailed failed) {
            throw Failures.withNext(failed, next(failed, taking));
        }
    }

    private Taking.Dump dump() {
        return options.memoryFollows() ? dumper::dumpWithoutMemory : dumper::dump;
    }

    private String next(CheckpointFailed failed, Taking taking) {
        return failed.failure().code() == Code.SUSPECT
                ? "CRIU was killed"
                : Aftermath.of(cell.isHeld(), taking.leftStanding());
    }

    private Taken run(Taking taking, CopyProgress progress, Stopwatch watch) {
        try (var snapshot = taking.snapshot(options.fileLimitBytes(), options.leaveFrozen())) {
            var stopped = clock.instant().minus(snapshot.frozen());
            cell.storing();
            var written = store(taking, snapshot);
            watch.lap("store");
            var taken = copy(written, progress, stopped);
            watch.lap("copy");
            var stored = written.stored();
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
        } catch (IOException failure) {
            throw Failures.of(Phase.STORE, failure);
        }
    }

    /// A generation that is not durable yet.
    private record Written(StoredGeneration stored, Published published) {}

    private Written store(Taking taking, Snapshot snapshot) throws IOException {
        var id = new GenerationId(cell.process(), options.number());
        var taken = Instant.ofEpochMilli(clock.millis());
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
                            parts.files().origin(options.engine(), dumper.version()),
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
            var published = writing.publish(id, ManifestCodec.digest(bytes), bytes);
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
            return new Written(new StoredGeneration(generation, manifest, bytes), published);
        } finally {
            earlier.ifPresent(it -> it.work().close());
        }
    }

    // The disk of this node and those of the others at the same time.
    private Taken copy(Written written, CopyProgress progress, Instant stopped) throws IOException {
        var durable = new Background(written.published()::sync);
        try {
            return new Copying(parts.copies()).copy(written.stored(), options, progress, stopped);
        } catch (RuntimeException uncopied) {
            // Also where whoever is told of the progress wants no more of it. Its chunks are left
            // to the next sweep: a program may stand still until this is told.
            // Under its number there may be one by now that another incarnation has taken and
            // committed.
            var generation = written.stored().generation();
            parts.store().remove(generation.id(), generation.manifest());
            throw uncopied;
        } finally {
            durable.await();
        }
    }
}
