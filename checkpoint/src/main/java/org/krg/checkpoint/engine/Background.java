// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Work of the disk on a thread of its own, which is awaited in any case.
public final class Background {
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    /// What is to be done.
    public interface Work {
        /// Does it.
        void run() throws IOException;
    }

    /// Begins.
    public Background(Work work) {
        Thread.ofPlatform()
                .name("krg-durable")
                .start(() -> {
                    try {
                        work.run();
                        done.complete(null);
                    } catch (IOException | RuntimeException failure) {
                        done.completeExceptionally(failure);
                    }
                });
    }

    /// Waits a while for the end.
    ///
    /// @return whether there is nothing to wait for any more: it has ended, or this thread is told
    ///   to stop
    public boolean endsWithin(Duration patience) {
        try {
            done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException atWork) {
            return false;
        } catch (ExecutionException failure) {
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// Waits for the end, also when this thread is told to stop: what it uses must not be taken
    /// away from it.
    ///
    /// @throws IOException if it failed
    public void await() throws IOException {
        var interrupted = false;
        try {
            while (true) {
                try {
                    done.get();
                    return;
                } catch (InterruptedException stop) {
                    interrupted = true;
                } catch (ExecutionException failure) {
                    switch (failure.getCause()) {
                        case RuntimeException known -> throw known;
                        case IOException known ->
                                throw new IOException(String.valueOf(known.getMessage()), known);
                        case null, default ->
                                throw new IOException(
                                        String.valueOf(failure.getCause()), failure.getCause());
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
