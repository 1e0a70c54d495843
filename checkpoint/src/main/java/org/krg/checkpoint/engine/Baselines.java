// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.krg.checkpoint.model.Manifest;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Images of programs that are about to move, as CRIU reads and writes them, one set a program. At
/// the source it is the last dump, with which the next one is compared; at the target it is what
/// was sent ahead, of which only what differs has to be written while the program stands still.
/// Whoever takes a set has it alone until it is put back. Safe for use by several threads; gone
/// with a restart of the agent.
public final class Baselines {
    private static final Logger log = LoggerFactory.getLogger(Baselines.class);

    /// More than move at a time: each has the size of its program on the disk.
    private static final int MAX_KEPT = 4;

    /// Longer than a move takes: what is older belongs to one that was given up.
    private static final Duration KEPT_FOR = Duration.ofMinutes(10);

    private final Path directory;
    private final InstantSource clock;
    private final Map<ProcessId, Kept> kept = new LinkedHashMap<>();
    private long taken;

    /// A set of images.
    ///
    /// @param digest of the manifest
    record Baseline(Manifest manifest, Sha256 digest, WorkDirectory work) {
        ProcessId process() {
            return manifest.id().process();
        }
    }

    private record Kept(Baseline baseline, Instant since) {}

    /// Removes what an earlier agent has left there.
    public Baselines(Path images, InstantSource clock) {
        this.directory = WorkDirectory.baselines(images);
        this.clock = clock;
        WorkDirectory.remove(directory);
        // Where they were once.
        WorkDirectory.remove(images.resolve("baselines"));
    }

    /// {@return an empty directory for a set}
    WorkDirectory create(ProcessId process) throws IOException {
        synchronized (this) {
            taken++;
            return WorkDirectory.at(directory.resolve(process + "-" + taken));
        }
    }

    /// {@return the set of a program, which is the caller's from now on}
    synchronized Optional<Baseline> take(ProcessId process) {
        return Optional.ofNullable(kept.remove(process)).map(Kept::baseline);
    }

    /// {@return whether what is kept is this generation}
    synchronized boolean has(ProcessId process, Sha256 digest) {
        var found = kept.get(process);
        return found != null && found.baseline().digest().equals(digest);
    }

    /// Keeps a set in place of an earlier one. Others that are too old, or too many, are removed.
    synchronized void put(Baseline baseline) {
        drop(baseline.process());
        dropOld();
        while (kept.size() >= MAX_KEPT) {
            drop(kept.keySet().iterator().next());
        }
        kept.put(baseline.process(), new Kept(baseline, clock.instant()));
    }

    /// Removes those that belong to moves that were given up.
    synchronized void dropOld() {
        var now = clock.instant();
        kept.entrySet().stream()
                .filter(entry -> entry.getValue().since().plus(KEPT_FOR).isBefore(now))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::drop);
    }

    /// Removes the set of a generation that goes from the store: with its tree of hashes gone there
    /// is nothing to compare by.
    ///
    /// @param digest of its manifest
    synchronized void drop(Sha256 digest) {
        kept.values().stream()
                .map(Kept::baseline)
                .filter(it -> it.digest().equals(digest))
                .map(Baseline::process)
                .toList()
                .forEach(this::drop);
    }

    /// Keeps the images of a dump, which are moved out of the directory they were made in.
    void keep(Manifest manifest, Sha256 digest, WorkDirectory dump) {
        try {
            var work = create(manifest.id().process());
            move(dump, work);
            put(new Baseline(manifest, digest, work));
        } catch (IOException failure) {
            // The next dump is compared with nothing.
            log.warn(
                    "images are not kept generation={} reason={}",
                    manifest.id(),
                    failure.getMessage());
        }
    }

    /// Puts the images of a directory in place of those of another one, on the same file system.
    static void move(WorkDirectory from, WorkDirectory to) throws IOException {
        Files.delete(to.images());
        Files.move(from.images(), to.images(), StandardCopyOption.ATOMIC_MOVE);
        Files.createDirectory(from.images());
    }

    private synchronized void drop(ProcessId process) {
        take(process).ifPresent(old -> old.work().close());
    }
}
