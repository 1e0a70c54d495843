// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.krg.jepsen.check.Fences;
import org.krg.jepsen.check.LeaseTimes;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Fence;
import org.krg.jepsen.history.LeaseUse;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Holders of leases that want one lock: each gets a lease, stands in the line, renews the lease
/// now and then, and gives it back or lets it end by itself and looks when it has.
public final class LeaseHolders {
    private static final int HOLDERS = 3;
    private static final String LOCK = "load-lock";
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final int MOST_RENEWALS = 3;
    private static final int MOST_PAUSE_MILLIS = 1_500;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final Duration TO_END = Duration.ofMinutes(2);

    private final Cluster cluster;
    private final ConcurrentLinkedQueue<Fence> fences = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<LeaseUse> uses = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    private LeaseHolders(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Starts the holders.
    public static LeaseHolders start(Cluster cluster, long seed) {
        var holders = new LeaseHolders(cluster);
        for (var number = 0; number < HOLDERS; number++) {
            var holder = holders.new Holder(new Random(seed + number));
            holders.threads.add(Thread.ofVirtual().start(holder::run));
        }
        return holders;
    }

    /// Lets them make no more calls, and does not wait for those that are under way.
    public void tellToEnd() {
        stopping.set(true);
    }

    /// Lets the holders finish; the last lease of each ends by itself.
    ///
    /// @return what is wrong with what they saw
    public List<String> stop() {
        tellToEnd();
        for (var thread : threads) {
            try {
                if (!thread.join(TO_END)) {
                    failures.add("a holder of leases hangs");
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
        var violations = new ArrayList<>(failures);
        violations.addAll(Fences.violations(List.copyOf(fences)));
        violations.addAll(LeaseTimes.violations(List.copyOf(uses)));
        if (fences.isEmpty() || uses.stream().noneMatch(LeaseUse.Ended.class::isInstance)) {
            violations.add("no lock was taken, or no lease ended: the load did not load");
        }
        return violations;
    }

    private final class Holder {
        private final Random random;

        Holder(Random random) {
            this.random = random;
        }

        void run() {
            try (var api = cluster.client()) {
                while (!stopping.get()) {
                    grant(api).ifPresent(lease -> use(api, lease));
                }
                grant(api).ifPresent(lease -> awaitEnd(api, lease));
            } catch (RuntimeException failure) {
                failures.add("a holder of leases gave up: " + failure);
            }
        }

        private void use(ApiClient api, long lease) {
            if (lock(api, lease)) {
                for (var i = random.nextInt(MOST_RENEWALS); i > 0; i--) {
                    Await.pause(Duration.ofMillis(random.nextInt(MOST_PAUSE_MILLIS)));
                    renew(api, lease);
                }
            }
            if (random.nextBoolean()) {
                awaitEnd(api, lease);
            } else {
                var _ = attempt(() -> api.delete(path(lease)));
            }
        }

        private Optional<Long> grant(ApiClient api) {
            var called = System.nanoTime();
            var body = Json.object().put("ttlSeconds", TTL.toSeconds());
            var lease =
                    attempt(() -> api.post(ApiPath.of("leases"), body))
                            .map(granted -> granted.path("id").asLong());
            lease.ifPresent(id -> held(id, called));
            return lease;
        }

        private void renew(ApiClient api, long lease) {
            var called = System.nanoTime();
            if (attempt(() -> api.post(path(lease, "renew"), Json.object())).isPresent()) {
                held(lease, called);
            }
        }

        private void held(long lease, long called) {
            uses.add(new LeaseUse.Held(lease, TTL, called, System.nanoTime()));
        }

        /// Waits in the line until it has the lock, or its place is lost.
        private boolean lock(ApiClient api, long lease) {
            var called = System.nanoTime();
            var body = Json.object().put("name", LOCK).put("lease", lease).put("waitSeconds", 1);
            while (true) {
                var place = attempt(() -> api.post(ApiPath.of("locks"), body));
                if (place.isEmpty()) {
                    return false;
                }
                if (place.get().path("held").asBoolean()) {
                    var token = place.get().path("token").asLong();
                    fences.add(new Fence(token, called, System.nanoTime()));
                    return true;
                }
            }
        }

        private void awaitEnd(ApiClient api, long lease) {
            var deadline = System.nanoTime() + TO_END.toNanos();
            while (System.nanoTime() < deadline) {
                try {
                    var _ = api.get(path(lease));
                } catch (ApiFailure failure) {
                    if (failure.exit() == ExitCode.NOT_FOUND) {
                        uses.add(new LeaseUse.Ended(lease, System.nanoTime()));
                        return;
                    }
                }
                Await.pause(BETWEEN_LOOKS);
            }
            failures.add("lease " + lease + " does not end");
        }

        /// {@return the answer, if there was one}
        private Optional<JsonNode> attempt(Supplier<JsonNode> call) {
            try {
                return Optional.of(call.get());
            } catch (ApiFailure refused) {
                return Optional.empty();
            }
        }
    }

    private static ApiPath path(long lease) {
        return ApiPath.of("leases", Long.toString(lease));
    }

    private static ApiPath path(long lease, String what) {
        return ApiPath.of("leases", Long.toString(lease), what);
    }
}
