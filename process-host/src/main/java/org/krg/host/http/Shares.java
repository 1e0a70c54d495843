// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.HashMap;
import java.util.Map;
import org.krg.host.BodyRefused;
import org.krg.host.RequestMemory;

/// How much memory the requests that are under way hold, all of them and those of one user, so that
/// whoever sends very much ends no agent and keeps nobody else out. All strangers count as one
/// user. Counted in the metrics as `krg.api.requests_bytes` and `krg.api.requests_refused_total`.
/// Safe for use from any thread.
final class Shares implements AutoCloseable {
    /// What a request holds beside its body: its headers, its stream and whoever answers it. About
    /// what was measured.
    static final long OVERHEAD = 8 << 10;

    private static final String GAUGE = "krg.api.requests_bytes";

    private final long most;
    private final long mostOfOne;
    private final MetricRegistry metrics;
    private final Counter refused;
    private final Map<String, Long> byUser = new HashMap<>();
    private long held;

    /// @param most bytes; the half of them leaves room for the others
    Shares(long most, MetricRegistry metrics) {
        this.most = most;
        this.mostOfOne = most / 2;
        this.metrics = metrics;
        this.refused = metrics.counter("krg.api.requests_refused_total");
        metrics.remove(GAUGE);
        metrics.registerGauge(GAUGE, this::held);
    }

    /// {@return a quarter of the heap: a message is copied while it is read}
    static Shares ofHeap(MetricRegistry metrics) {
        return new Shares(Runtime.getRuntime().maxMemory() / 4, metrics);
    }

    /// {@return the memory of a request, until it is answered} Throws [BodyRefused] when there is
    /// no room for another one.
    RequestMemory enter(ServiceRequestContext context, String user) {
        var memory = new OfRequest(user);
        if (!memory.take(OVERHEAD)) {
            throw new BodyRefused(
                    BodyRefused.Why.TOO_MANY, "too many requests of this user are under way");
        }
        var _ = context.log().whenComplete().thenRun(memory::end);
        return memory;
    }

    private synchronized boolean take(String user, long bytes) {
        var ofOne = byUser.getOrDefault(user, 0L);
        if (held + bytes > most || ofOne + bytes > mostOfOne) {
            refused.inc();
            return false;
        }
        byUser.put(user, ofOne + bytes);
        held += bytes;
        return true;
    }

    private synchronized void give(String user, long bytes) {
        held -= bytes;
        byUser.computeIfPresent(user, (_, all) -> all == bytes ? null : all - bytes);
    }

    synchronized long held() {
        return held;
    }

    /// Takes its gauge out of the metrics.
    @Override
    public void close() {
        metrics.remove(GAUGE);
    }

    private final class OfRequest implements RequestMemory {
        private final String user;
        private long taken;
        private boolean ended;

        OfRequest(String user) {
            this.user = user;
        }

        @Override
        public synchronized boolean take(long bytes) {
            if (ended || !Shares.this.take(user, bytes)) {
                return false;
            }
            taken += bytes;
            return true;
        }

        @Override
        public synchronized void give(long bytes) {
            if (!ended) {
                taken -= bytes;
                Shares.this.give(user, bytes);
            }
        }

        private synchronized void end() {
            ended = true;
            Shares.this.give(user, taken);
        }
    }
}
