// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// A lease that is renewed until it is closed, then given back. Its time counts from the moment a
/// renewal was sent, so that whoever trusts it stops in time.
final class HeldLease implements AutoCloseable {
    private final ApiClient client;
    private final long id;
    private final Duration ttl;
    private final Thread renewing = Thread.ofVirtual().name("lease").unstarted(this::renewAll);
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread hook = new Thread(this::giveBack, "lease-hook");
    private volatile long lastsUntilNanos;

    private HeldLease(ApiClient client, long id, Duration ttl, long sentNanos) {
        this.client = client;
        this.id = id;
        this.ttl = ttl;
        this.lastsUntilNanos = sentNanos + ttl.toNanos();
    }

    /// Gets a lease. The client is used by nobody else meanwhile.
    static HeldLease grant(ApiClient client, Duration ttl, String holder) {
        var sent = System.nanoTime();
        var body =
                Json.object()
                        .put("ttlSeconds", BigDecimal.valueOf(ttl.toMillis(), 3))
                        .put("holder", holder);
        var id = client.post(ApiPath.of("leases"), body).path("id").asLong();
        var lease = new HeldLease(client, id, ttl, sent);
        Runtime.getRuntime().addShutdownHook(lease.hook);
        lease.renewing.start();
        return lease;
    }

    long id() {
        return id;
    }

    /// {@return completes when the lease is over, or may be}
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
                if (System.nanoTime() - lastsUntilNanos >= 0) {
                    lost.complete(null);
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
            // The hook gives it back.
            return;
        }
        giveBack();
    }

    private void giveBack() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        renewing.interrupt();
        try {
            renewing.join(ttl);
            client.delete(ApiPath.of("leases", Long.toString(id)));
        } catch (ApiFailure unreachable) {
            // It ends by itself.
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
