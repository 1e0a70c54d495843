// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.state.ClusterStore.StorageStatus;
import org.krg.state.ClusterStore.StoredSnapshot;
import org.krg.state.engine.Alarms;
import org.krg.state.ratis.files.MemberFiles;

/// How much of the disk the state of this node takes, looked up at most every few seconds, and an
/// alarm while the disk is nearly full.
final class StorageUse implements AutoCloseable {
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final String ALARM = "disk_low";
    private static final List<String> GAUGES =
            List.of(
                    "krg.state.log_bytes",
                    "krg.state.rows_bytes",
                    "krg.state.disk_free_bytes",
                    "krg.state.snapshot_bytes",
                    "krg.state.snapshot_age_seconds");

    private final MemberFiles files;
    private final Alarms alarms;
    private final MetricRegistry metrics;
    private StorageStatus last = new StorageStatus(0, 0, Long.MAX_VALUE, Optional.empty(), 0);
    private long lookedAt = System.nanoTime() - FRESH.toNanos();

    StorageUse(MemberFiles files, Alarms alarms, MetricRegistry metrics) {
        this.files = files;
        this.alarms = alarms;
        this.metrics = metrics;
        gauge(GAUGES.get(0), () -> status().logBytes());
        gauge(GAUGES.get(1), () -> status().rowsBytes());
        gauge(GAUGES.get(2), () -> status().freeBytes());
        gauge(GAUGES.get(3), () -> status().snapshot().map(StoredSnapshot::bytes).orElse(0L));
        gauge(
                GAUGES.get(4),
                () ->
                        status().snapshot()
                                .map(taken ->
                                        Duration.between(taken.taken(), Instant.now()).toSeconds())
                                .orElse(-1L));
    }

    private void gauge(String name, Supplier<Number> value) {
        metrics.registerGauge(name, value::get);
    }

    /// {@return what is used and free}
    synchronized StorageStatus status() {
        if (System.nanoTime() - lookedAt >= FRESH.toNanos()) {
            last = look(last);
            lookedAt = System.nanoTime();
            if (last.freeBytes() < StorageStatus.LOW_BYTES) {
                alarms.raise(
                        ALARM,
                        "the disk of %s is nearly full: %d MiB are free"
                                .formatted(files.data(), last.freeBytes() >> 20));
            } else {
                alarms.lower(ALARM);
            }
        }
        return last;
    }

    /// {@return the same, looked up now}
    StorageStatus look() {
        return look(status());
    }

    private StorageStatus look(StorageStatus before) {
        try {
            var all = files.snapshots();
            Optional<StoredSnapshot> newest = Optional.empty();
            if (!all.isEmpty()) {
                var snapshot = all.getLast();
                newest =
                        Optional.of(
                                new StoredSnapshot(
                                        snapshot.position().index(),
                                        Files.getLastModifiedTime(snapshot.directory()).toInstant(),
                                        bytes(snapshot.directory())));
            }
            return new StorageStatus(
                    bytes(files.current()),
                    bytes(files.rows()),
                    Files.getFileStore(files.data()).getUsableSpace(),
                    newest,
                    files.arriving().values().stream().mapToLong(Long::longValue).sum());
        } catch (NoSuchFileException replaced) {
            return before;
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot look at " + files.data(), failed);
        }
    }

    /// {@return the bytes of the files in a directory; a file that goes meanwhile counts nothing}
    private static long bytes(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (var entries = Files.list(directory)) {
            return entries.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Override
    public void close() {
        GAUGES.forEach(metrics::remove);
    }
}
