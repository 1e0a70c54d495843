// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Threads for what must not hold up the engine. Platform threads, because the work blocks in the
/// kernel and in child processes.
final class Workers implements AutoCloseable {
    /// Cells that are brought up or removed at once: they load the machine.
    private static final int CELLS_AT_ONCE = 4;

    /// Checkpoints at once: each freezes a program and fills the disk's queue.
    private static final int CHECKPOINTS_AT_ONCE = 2;

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final ExecutorService cells =
            Executors.newFixedThreadPool(
                    CELLS_AT_ONCE, Thread.ofPlatform().name("krg-cell-", 0).factory());
    private final ExecutorService checkpoints =
            Executors.newFixedThreadPool(
                    CHECKPOINTS_AT_ONCE, Thread.ofPlatform().name("krg-checkpoint-", 0).factory());
    // As many as there are: ranks that wait for each other must not wait for a thread.
    private final ExecutorService cuts =
            Executors.newCachedThreadPool(Thread.ofPlatform().name("krg-cut-", 0).factory());
    // As many as there are: a signal or a thaw must not wait for a cell that is brought up, nor for
    // another program.
    private final ExecutorService signals =
            Executors.newCachedThreadPool(Thread.ofPlatform().name("krg-signal-", 0).factory());
    private final ExecutorService cleaning =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("krg-clean").factory());

    void onCell(Runnable work) {
        run(cells, work);
    }

    void onCheckpoint(Runnable work) {
        run(checkpoints, work);
    }

    void onCut(Runnable work) {
        run(cuts, work);
    }

    void onSignal(Runnable work) {
        run(signals, work);
    }

    void onClean(Runnable work) {
        run(cleaning, work);
    }

    /// Interrupts what is under way and waits for it a moment.
    @Override
    public void close() {
        var pools = new ExecutorService[] {cells, checkpoints, cuts, signals, cleaning};
        for (var pool : pools) {
            var _ = pool.shutdownNow();
        }
        try {
            for (var pool : pools) {
                var _ = pool.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(ExecutorService pool, Runnable work) {
        try {
            pool.execute(work);
        } catch (RejectedExecutionException stopping) {
            // The agent stops; the next one finds what is left to do.
        }
    }
}
