// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.krg.linux.OpenAt.Opened;

/// Opens files in the name of a user, by a thread of its own that has the user's identity for files
/// and ends when this is closed. Safe for use from any thread.
final class UserThread implements AutoCloseable {
    /// A file server may not answer, and the program that serves a file system may stand still.
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final UserRights user;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("open-as-user").factory());

    /// Whether the thread is the user's; its own.
    private boolean taken;

    UserThread(UserRights user) {
        this.user = user;
    }

    /// {@return a descriptor of a path}
    ///
    /// @param directory descriptor of the one that a relative path starts from
    /// @throws LinuxException if the user may not, there is none, or it takes too long
    int open(OpenAt how, int directory, Path path) {
        var outcome = new CompletableFuture<Opened>();
        thread.execute(() -> {
            try {
                var opened = openHere(how, directory, path);
                if (!outcome.complete(opened) && opened.fd() >= 0) {
                    Descriptors.close(opened.fd());
                }
            } catch (Throwable failure) {
                outcome.completeExceptionally(failure);
            }
        });
        var opened = await(outcome);
        if (opened.fd() < 0) {
            throw new LinuxException(
                    "openat2(%s) as uid %d".formatted(path, user.uid()), opened.errno());
        }
        return opened.fd();
    }

    private static Opened await(CompletableFuture<Opened> outcome) {
        try {
            return outcome.orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof TimeoutException) {
                return new Opened(-1, Errno.ETIMEDOUT);
            }
            throw failure;
        }
    }

    private Opened openHere(OpenAt how, int directory, Path path) {
        if (!taken && !user.take()) {
            return new Opened(-1, Errno.EPERM);
        }
        taken = true;
        return how.open(directory, path);
    }

    /// Does not wait for a file system that does not answer.
    @Override
    public void close() {
        thread.shutdown();
    }
}
