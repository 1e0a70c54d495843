// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// A lease that is renewed until it is closed, then given back. Its time counts from the moment a
/// renewal was sent, so that whoever trusts it stops in time. At Ctrl-C what was begun under it
/// ends first, while it is still renewed.
final class HeldLease implements AutoCloseable {
    /// What is left for whoever trusts the lease to end when it could not be renewed.
    private static final Duration MOST_MARGIN = Duration.ofSeconds(3);

    /// Of a short lease the margin is this part: the last renewal needs time as well.
    private static final int PART = 4;

    private final ApiClient client;
    private final long id;
    private final Duration ttl;
    private final Duration margin;
    private final Thread renewing = Thread.ofVirtual().name("lease").unstarted(this::renewAll);
    private final Thread watching = Thread.ofVirtual().name("lease-end").unstarted(this::watch);
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private final CompletableFuture<Void> givenBack = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread hook = new Thread(this::leave, "lease-hook");
    private volatile long lastsUntilNanos;

    /// Guarded by this object's monitor, like `leaving`.
    private Runnable first = () -> {};

    private boolean leaving;

    private HeldLease(ApiClient client, long id, Duration ttl, long sentNanos) {
        this.client = client;
        this.id = id;
        this.ttl = ttl;
        this.margin =
                ttl.dividedBy(PART).compareTo(MOST_MARGIN) < 0 ? ttl.dividedBy(PART) : MOST_MARGIN;
        this.lastsUntilNanos = sentNanos + ttl.toNanos();
    }

    /// Gets a lease of the caller's own. The client is used by nobody else meanwhile.
    static HeldLease grant(ApiClient client, Duration ttl) {
        var sent = System.nanoTime();
        var body = Json.object().put("ttlSeconds", BigDecimal.valueOf(ttl.toMillis(), 3));
        var id = client.post(ApiPath.of("leases"), body).path("id").asLong();
        var lease = new HeldLease(client, id, ttl, sent);
        Runtime.getRuntime().addShutdownHook(lease.hook);
        lease.renewing.start();
        lease.watching.start();
        return lease;
    }

    /// Begins something that `ending` ends before the lease is given back, also at Ctrl-C. Throws
    /// when the lease is over.
    synchronized <T> T begin(Supplier<T> beginning, Consumer<T> ending) {
        requireHeld();
        if (leaving) {
            throw failure();
        }
        var begun = beginning.get();
        first = () -> ending.accept(begun);
        return begun;
    }

    long id() {
        return id;
    }

    /// {@return how long before its end a lease that could not be renewed counts as lost}
    Duration margin() {
        return margin;
    }

    /// {@return completes when the lease is over, or is over by [#margin] and may not be renewed}
    CompletableFuture<Void> lost() {
        return lost;
    }

    void requireHeld() {
        if (lost.isDone()) {
            throw failure();
        }
    }

    static VerbFailed failure() {
        return new VerbFailed(
                ExitCode.CONFLICT,
                "the lease of the lock is over: it could not be renewed in time",
                "krg-admin cluster status shows whether there is a quorum");
    }

    private void renewAll() {
        try {
            while (!closed.get() && !lost.isDone()) {
                Thread.sleep(ttl.dividedBy(3));
                renew();
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    /// By a thread of its own: a renewal that is not answered is asked for again and again.
    private void watch() {
        try {
            while (!lost.isDone()) {
                var left = lastsUntilNanos - margin.toNanos() - System.nanoTime();
                if (left <= 0) {
                    lost.complete(null);
                } else {
                    TimeUnit.NANOSECONDS.sleep(left);
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private void renew() {
        var sent = System.nanoTime();
        try {
            client.post(
                    ApiPath.of("leases", Long.toString(id), "renew"),
                    Json.object(),
                    ttl.dividedBy(3));
            lastsUntilNanos = sent + ttl.toNanos();
        } catch (ApiFailure failed) {
            // Anything but a definite end may be better in a moment.
            if (failed.exit() == ExitCode.NOT_FOUND) {
                lost.complete(null);
            }
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException leaving) {
            // The hook gives it back, through the client that is closed next.
            givenBack.join();
            return;
        }
        giveBack();
    }

    /// At Ctrl-C.
    void leave() {
        Runnable ending;
        synchronized (this) {
            leaving = true;
            ending = first;
        }
        ending.run();
        giveBack();
    }

    private void giveBack() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        renewing.interrupt();
        watching.interrupt();
        try {
            renewing.join(ttl);
            client.delete(ApiPath.of("leases", Long.toString(id)));
        } catch (ApiFailure unreachable) {
            // It ends by itself.
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            givenBack.complete(null);
        }
    }
}
