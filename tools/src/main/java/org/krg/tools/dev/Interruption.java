// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Turns Ctrl-C and SIGTERM into an interrupt of the thread at work, which then cleans up; Java
/// does not end before this is closed, and its exit code says the signal.
public final class Interruption implements AutoCloseable {
    /// Stopping agents and removing cells takes some seconds; more means that it hangs.
    private static final Duration CLEAN_UP_LIMIT = Duration.ofMinutes(1);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    private Interruption(Thread worker) {
        hook = new Thread(() -> interrupt(worker), "interruption");
    }

    /// Begins with the calling thread as the one at work.
    public static Interruption ofThisThread() {
        var interruption = new Interruption(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /// What cleans up.
    @FunctionalInterface
    interface CleanUp {
        void perform() throws InterruptedException;
    }

    /// Cleans up although an interrupt has come or comes meanwhile, from its beginning if need be,
    /// and leaves the interrupt to what follows.
    static void defer(CleanUp work) {
        var interrupted = Thread.interrupted();
        var done = false;
        while (!done) {
            try {
                work.perform();
                done = true;
            } catch (InterruptedException stop) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endsNow) {
            // The hook is running; it ends because of the latch.
        }
    }

    private void interrupt(Thread worker) {
        worker.interrupt();
        try {
            if (!closed.await(CLEAN_UP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("cleaning up takes too long and is given up");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
