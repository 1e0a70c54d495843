// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.FollowingMemory;
import org.krg.checkpoint.codec.FileImages;
import org.krg.checkpoint.core.Likeness;
import org.krg.checkpoint.engine.CellFiles.Unpinned;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Prepared;
import org.krg.checkpoint.model.Restored;
import org.krg.state.model.Engine;
import org.krg.state.model.Substitute;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two parts in which a generation comes back, before and after there is a cell for it. Used by
/// one thread.
record RestoreRun(Fetching fetching, CheckpointEngine.Parts parts) {
    private static final Logger log = LoggerFactory.getLogger(RestoreRun.class);

    /// See [org.krg.checkpoint.Checkpoints#prepare].
    Prepared prepare(Path stdout, Path stderr) throws IOException {
        var generation = fetching.generation();
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
        }
    }

    /// See [org.krg.checkpoint.Checkpoints#restore].
    ///
    /// @param work for the images; the caller closes it
    Restored restore(CellView target, Dumpers dumpers, WorkDirectory work, boolean frozen)
            throws IOException {
        return new Restored(
                bringBack(
                        target,
                        dumpers,
                        work,
                        frozen,
                        dumper -> dumper.restore(target, work.images(), work.logs(), true)));
    }

    /// See [org.krg.checkpoint.Checkpoints#restoreFollowed].
    FollowingMemory restoreFollowed(
            CellView target,
            Dumpers dumpers,
            WorkDirectory work,
            RemoteMemory memory,
            Duration limit)
            throws IOException {
        var following = new ArrayList<FollowingMemory>();
        try {
            bringBack(
                    target,
                    dumpers,
                    work,
                    true,
                    dumper ->
                            following.add(
                                    dumper.restoreFollowed(
                                            target, work.images(), work.logs(), memory, limit)));
        } catch (IOException | RuntimeException failure) {
            following.forEach(FollowingMemory::giveUp);
            throw failure;
        }
        return following.getFirst();
    }

    private int bringBack(
            CellView target,
            Dumpers dumpers,
            WorkDirectory work,
            boolean frozen,
            Consumer<Dumper> restore)
            throws IOException {
        var watch = new Stopwatch();
        var manifest = fetching.requireManifest();
        var dumper = dumpers.require(manifest.origin().engine());
        var substituting = new Substituting(parts.files());
        var filesPutBack = writeFiles(manifest, target, work, substituting);
        watch.lap("files");
        target.restoring(work.images());
        try {
            restore.accept(dumper);
        } catch (CheckpointFailed failed) {
            var origin = manifest.origin();
            var here = parts.files().origin(origin.engine(), dumper.version());
            throw new CheckpointFailed(Likeness.judged(failed.failure(), origin, here), failed);
        }
        watch.lap("restore");
        // It is on its way to that already; this waits for the last task of it.
        target.freeze();
        substituting.verify(target);
        requireOwn(manifest, target);
        parts.files().startTimers(target);
        pin(manifest, target);
        if (!frozen) {
            target.thaw();
        }
        watch.lap("settle");
        log.info(
                "process restored process={} epoch={} generation={} filesPutBack={} phases={}",
                target.process(),
                target.epoch(),
                fetching.generation().id(),
                filesPutBack,
                watch);
        return filesPutBack;
    }

    /// CRIU opens files as root, by the paths that they had.
    private void requireOwn(Manifest manifest, CellView target) throws IOException {
        if (manifest.origin().engine() == Engine.COOPERATIVE) {
            return; // It has opened nothing yet.
        }
        var foreign = parts.files().findForeign(target);
        if (foreign.isPresent()) {
            throw Failures.of(
                    Phase.RESTORE,
                    Code.FILE_MISMATCH,
                    "it came back with " + foreign.get(),
                    "Put back what was there, or let that user open it");
        }
    }

    private void pin(Manifest manifest, CellView target) throws IOException {
        if (manifest.origin().engine() == Engine.COOPERATIVE) {
            return; // It starts from the beginning, and pins its threads itself.
        }
        var pinned = manifest.tasks().stream().flatMap(it -> it.pinned().stream()).toList();
        if (pinned.isEmpty()) {
            return;
        }
        var unpinned =
                parts.files().pin(target, pinned).stream()
                        .collect(
                                groupingBy(
                                        Unpinned::problem,
                                        TreeMap::new,
                                        mapping(Unpinned::thread, toList())));
        unpinned.forEach((problem, threads) ->
                log.warn(
                        "threads that were pinned run on all processors process={}"
                                + " generation={} threads={} problem=\"{}\"",
                        target.process(),
                        fetching.generation().id(),
                        threads,
                        problem));
    }

    private int writeFiles(
            Manifest manifest, CellView target, WorkDirectory work, Substituting substituting)
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
            leaveRootsNames(work.images());
            var left = substitute(manifest, target, work, substituting);
            var taken = generation.substitutes().stream().map(Substitute::path).toList();
            var filesPutBack = restoring.putBack(target, left, taken);
            writing.commit();
            return filesPutBack;
        }
    }

    private static void leaveRootsNames(Path images) throws IOException {
        var files = images.resolve(FileImages.FILES);
        if (Files.exists(files)) {
            Files.write(files, FileImages.withoutRootsNames(Files.readAllBytes(files)));
        }
    }

    /// {@return paths of files that the program does not have any more}
    private Set<String> substitute(
            Manifest manifest, CellView target, WorkDirectory work, Substituting substituting)
            throws IOException {
        var wanted = fetching.generation().substitutes();
        if (wanted.isEmpty()) {
            return Set.of();
        }
        var images = work.images();
        var plan =
                Substituting.plan(
                        manifest,
                        entry -> Files.readAllBytes(Restoring.image(images, entry)),
                        wanted);
        substituting.prepare(target, images, plan);
        log.info(
                "files substituted process={} generation={} files={}",
                target.process(),
                fetching.generation().id(),
                wanted);
        return plan.left();
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
}
