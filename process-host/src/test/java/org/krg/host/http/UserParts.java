// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.host.engine.KeyQueues;
import org.krg.host.engine.Lanes;
import org.krg.host.engine.LeaseKeeping;
import org.krg.host.engine.UserLeases;
import org.krg.state.ClusterStore;
import org.krg.state.model.SessionId;

/// What an agent adds to a store for its users' keys: leases that are measured by the store's own
/// leader, and lanes.
public final class UserParts implements AutoCloseable {
    private static final AtomicLong SESSIONS = new AtomicLong(1L << 40);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final UserLeases measured;
    public final Lanes lanes;
    public final LeaseKeeping leases;
    public final KeyQueues queues;

    public UserParts(ClusterStore store) {
        measured = new UserLeases(store, UserParts::session, UserParts::now);
        lanes = new Lanes(store::submit, UserParts::session, UserParts::now);
        leases = new LeaseKeeping(store, measured, UserParts::now, timer);
        queues = new KeyQueues(store, lanes);
        measured.start();
    }

    private static SessionId session() {
        return new SessionId(SESSIONS.incrementAndGet());
    }

    private static Duration now() {
        return Duration.ofNanos(System.nanoTime());
    }

    @Override
    public void close() {
        measured.close();
        timer.shutdownNow();
    }
}
