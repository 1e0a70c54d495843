// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.krg.state.ThreadLost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one thread does again and again, with a rest between the end of a task and its next begin.
/// A task that fails is told of in the log and done again.
final class PeriodicTasks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PeriodicTasks.class);

    private final ScheduledExecutorService timer;

    PeriodicTasks(String name) {
        timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name(name).daemon().factory());
    }

    /// {@return the thread, for what is to be done once and later}
    ScheduledExecutorService timer() {
        return timer;
    }

    void every(Duration rest, Runnable task) {
        var _ =
                timer.scheduleWithFixedDelay(
                        ThreadLost.told(() -> attempt(task)),
                        rest.toMillis(),
                        rest.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static void attempt(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException failed) {
            log.warn("a periodic task of the state store failed", failed);
        }
    }

    /// Begins nothing any more and interrupts the task that is done.
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
