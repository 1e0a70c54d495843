// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.core.ManifestCheck;
import org.krg.checkpoint.core.SavedFiles;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Task;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.checkpoint.model.TreeProcess;

/// The steps of a take that touch the cell and the disk. Used once, by one thread.
final class Taking {
    private static final int OWNER_ONLY = 0600;
    static final int READ_AT_ONCE_BYTES = 1 << 20;

    private final CellView cell;
    private final Dump dump;
    private final Scope scope;
    private final CellFiles cellFiles;
    private final WorkDirectory work;
    private final Stopwatch watch;
    private OptionalLong since = OptionalLong.empty();
    private StreamSizes streams = new StreamSizes(0, 0);
    private boolean inputEnded;
    private boolean leftStanding;

    /// By what the program is saved; see [Dumper#dump].
    interface Dump {
        void run(CellView cell, Path images, Path work, Runnable stop);
    }

    /// @param watch is told what took how long
    Taking(
            CellView cell,
            Dump dump,
            Scope scope,
            CellFiles cellFiles,
            WorkDirectory work,
            Stopwatch watch) {
        this.watch = watch;
        this.cell = cell;
        this.dump = dump;
        this.scope = scope;
        this.cellFiles = cellFiles;
        this.work = work;
    }

    /// Saves the program; it stands still only meanwhile.
    ///
    /// @param fileLimitBytes bytes of files that go along, at most
    /// @param leaveFrozen whether it stands still also afterwards
    Snapshot snapshot(long fileLimitBytes, boolean leaveFrozen) {
        var freezing = new Freezing(cell, cellFiles, scope);
        Snapshot still;
        try {
            Runnable stop = () -> standStill(freezing, leaveFrozen);
            dump.run(cell, work.images(), work.logs(), stop);
            watch.lap("dump");
            still = whileFrozen(fileLimitBytes);
        } finally {
            if (since.isPresent() && !leaveFrozen) {
                freezing.thaw();
            }
        }
        watch.lap("thaw");
        return still.frozenFor(Duration.ofNanos(System.nanoTime() - since.getAsLong()));
    }

    private void standStill(Freezing freezing, boolean leaveFrozen) {
        watch.lap("engine");
        since = OptionalLong.of(freezing.freeze());
        leftStanding = leaveFrozen;
        watch.lap("freeze");
        cell.standing();
        try {
            streams = cell.sync();
            inputEnded = cellFiles.hasInputEnded(cell);
        } catch (IOException failure) {
            throw Failures.of(Phase.FILES, failure);
        }
        watch.lap("output");
    }

    /// {@return whether the program stands still from now on because of this take}
    boolean leftStanding() {
        return leftStanding;
    }

    private Snapshot whileFrozen(long fileLimitBytes) {
        try (var reading = cellFiles.reading(cell)) {
            var tree = cellFiles.scanStill(cell);
            var files = scope.files(cell, tree);
            requireGood(files.blockers());
            requireBelow(fileLimitBytes, SavedFiles.totalBytes(files.saved()));
            var kept = Snapshot.keep(reading, files.saved(), work.files());
            watch.lap("files");
            cell.saved(work.images());
            watch.lap("shared memory");
            return new Snapshot(
                    tree, streams, inputEnded, kept, files.own(), files.needs(), Duration.ZERO);
        } catch (IOException failure) {
            throw Failures.of(Phase.FILES, failure);
        }
    }

    private static void requireGood(List<Blocker> blockers) {
        if (!blockers.isEmpty()) {
            var first = blockers.getFirst();
            throw Failures.of(Phase.FILES, Code.BLOCKED, first.what(), first.remedy());
        }
    }

    // They may have grown since the preflight.
    private static void requireBelow(long fileLimitBytes, long savedBytes) {
        if (savedBytes > fileLimitBytes) {
            throw Failures.of(
                    Phase.FILES,
                    Code.FILE_LIMIT,
                    "files that go along have %d bytes, the limit is %d"
                            .formatted(savedBytes, fileLimitBytes),
                    "Raise --file-limit of the job to " + savedBytes + " or more");
        }
    }

    /// Stores images and files.
    ///
    /// @param earlier images that are much the same, if there are any
    List<Entry> store(Snapshot snapshot, Writing writing, Optional<EarlierImages> earlier)
            throws IOException {
        var trees = new TreeWriter(writing);
        var entries = new ArrayList<Entry>();
        for (var image : images()) {
            var name = image.getFileName().toString();
            try (var known = earlier.isPresent() ? earlier.get().open(name) : EarlierImages.NONE;
                    var input = opened(image)) {
                var content = trees.write(input, Files.size(image), known.content());
                entries.add(new Entry(Kind.IMAGE, name, OWNER_ONLY, 0, 0, content));
            }
        }
        var streams = snapshot.streams();
        entries.add(entry(trees, Kind.STDOUT, "stdout", cell.stdout(), streams.stdoutBytes()));
        entries.add(entry(trees, Kind.STDERR, "stderr", cell.stderr(), streams.stderrBytes()));
        // A directory comes before what is in it.
        for (var directory : snapshot.own().directories()) {
            entries.add(
                    entry(trees, Kind.DIRECTORY, directory.path(), directory.facts(), new byte[0]));
        }
        for (var kept : snapshot.files()) {
            entries.add(entry(trees, kept));
        }
        for (var link : snapshot.own().links()) {
            var target = link.target().getBytes(StandardCharsets.UTF_8);
            entries.add(entry(trees, Kind.LINK, link.path(), link.facts(), target));
        }
        return entries;
    }

    private List<Path> images() throws IOException {
        try (var files = Files.list(work.images())) {
            return files.sorted().toList();
        }
    }

    private static InputStream opened(Path file) throws IOException {
        return new BufferedInputStream(Files.newInputStream(file), READ_AT_ONCE_BYTES);
    }

    private static Entry entry(TreeWriter trees, Kind kind, String name, Path file, long sizeBytes)
            throws IOException {
        try (var input = opened(file)) {
            return new Entry(kind, name, OWNER_ONLY, 0, 0, trees.write(input, sizeBytes));
        }
    }

    private static Entry entry(TreeWriter trees, Snapshot.Kept kept) throws IOException {
        var file = kept.file();
        try (var input = kept.open()) {
            var content = trees.write(input, file.facts().sizeBytes());
            if (!kept.isAsItWas()) {
                throw writtenAnew(file.path());
            }
            return new Entry(
                    file.appended() ? Kind.APPENDED : Kind.FILE,
                    file.path(),
                    file.facts().mode() & ManifestCheck.MAX_MODE,
                    file.facts().uid(),
                    file.facts().gid(),
                    content);
        } catch (IOException failure) {
            throw new IOException(file.path() + ": " + failure.getMessage(), failure);
        }
    }

    private static CheckpointFailed writtenAnew(String path) {
        return Failures.of(
                Phase.STORE,
                Code.FILE_MISMATCH,
                path
                        + " was written anew while it was stored: it was open for appending only, and"
                        + " the program that had gone on cut it off",
                "Take the checkpoint again; have the program write a new file in its place, or keep"
                        + " it below %d MiB".formatted(SavedFiles.MOST_COPIED_BYTES >> 20));
    }

    private static Entry entry(
            TreeWriter trees, Kind kind, String path, FileFacts facts, byte[] content)
            throws IOException {
        return new Entry(
                kind,
                path,
                facts.mode() & ManifestCheck.MAX_MODE,
                facts.uid(),
                facts.gid(),
                trees.write(new ByteArrayInputStream(content), content.length));
    }

    /// {@return the processes, the root first}
    static List<Task> tasks(ProcessTree tree) {
        return tree.processes().stream()
                .map(process ->
                        new Task(
                                process.pid(),
                                parent(tree, process.hostParent()),
                                process.name(),
                                process.threads(),
                                process.residentBytes(),
                                process.pinned()))
                .sorted((one, other) -> Integer.compare(one.pid(), other.pid()))
                .toList();
    }

    // The parent of the root is the init of the cell.
    private static int parent(ProcessTree tree, long hostParent) {
        return tree.processes().stream()
                .filter(process -> process.hostPid() == hostParent)
                .mapToInt(TreeProcess::pid)
                .findFirst()
                .orElse(1);
    }
}
