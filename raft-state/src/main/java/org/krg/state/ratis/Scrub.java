// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.engine.Alarms;
import org.krg.state.engine.LastResort;
import org.krg.state.engine.StateEngine;
import org.krg.state.ratis.files.LogCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads everything that is stored, soon after the start and from then on twice a day: the closed
/// segments of the log, the snapshots, the rows. What lies there unread for months may be the only
/// good copy when another node's disk fails.
///
/// Damaged rows or a damaged log end the process: the node must not be counted on. A damaged
/// snapshot is put aside, an alarm raised, and another one made of the rows.
final class Scrub implements AutoCloseable {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofHours(12);
    private static final Logger log = LoggerFactory.getLogger(Scrub.class);

    private final ExecutorService thread;
    private final Path current;
    private final StateEngine engine;
    private final RatisStateMachine machine;
    private final Alarms alarms;
    private final LastResort lastResort;
    private final Timer rounds;
    private volatile boolean closed;

    Scrub(
            String name,
            Path current,
            StateEngine engine,
            RatisStateMachine machine,
            Alarms alarms,
            LastResort lastResort,
            MetricRegistry metrics) {
        this.thread =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name(name + "-scrub").daemon().factory());
        this.current = current;
        this.engine = engine;
        this.machine = machine;
        this.alarms = alarms;
        this.lastResort = lastResort;
        this.rounds = metrics.timer("krg.state.scrub_seconds");
        thread.execute(this::run);
    }

    private void run() {
        pause(FIRST);
        while (!closed) {
            attempt();
            pause(BETWEEN);
        }
    }

    private void pause(Duration duration) {
        var end = System.nanoTime() + duration.toNanos();
        while (!closed && !Thread.currentThread().isInterrupted() && end > System.nanoTime()) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private void attempt() {
        try (var _ = rounds.time()) {
            round();
        } catch (StorageDamaged | DiskFailed wrong) {
            if (!closed) {
                lastResort.end("what is stored cannot be read as it was written", wrong);
            }
        } catch (RuntimeException failed) {
            if (!closed) {
                log.warn("the stored data was not read to its end", failed);
            }
        }
    }

    /// Reads everything once. Throws [StorageDamaged].
    void round() {
        for (var flaw : LogCheck.closed(current).flaws()) {
            // Ratis deletes what a snapshot covers.
            if (flaw.file().toFile().exists()) {
                throw new StorageDamaged(flaw.file(), flaw.what());
            }
        }
        for (var damaged : machine.replaceDamagedSnapshots()) {
            alarms.raise("snapshot_damaged", damaged.getMessage() + "; it was put aside");
        }
        engine.verify();
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
    }
}
