// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.krg.host.HostFailure;
import org.krg.host.core.NetworkPlan;
import org.krg.host.core.NetworkStep;
import org.krg.host.model.CellId;
import org.krg.state.ClusterStore;
import org.krg.state.ThreadLost;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The loop that leads packets for cells to where they are: it sees, plans and performs whenever an
/// address leads elsewhere, and now and then. On a machine of a cluster in which no process has an
/// address of its own it looks once and does nothing.
///
/// All fields are owned by its thread, but the sign that something changed.
public final class NetworkEngine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NetworkEngine.class);

    /// Links that have ended and routes that somebody else removed are noticed after so long.
    private static final Duration TICK = Duration.ofSeconds(2);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final NodeId self;
    private final ClusterStore store;
    private final MachineNetwork network;
    private final InstantSource wall;
    private final Semaphore changed = new Semaphore(0);
    private final Thread thread;
    private SortedMap<Ipv4Address, CellId> agreed = new TreeMap<>();
    private boolean clean;
    private String complaint = "";

    public NetworkEngine(
            NodeId self, ClusterStore store, MachineNetwork network, InstantSource wall) {
        this.self = self;
        this.store = store;
        this.network = network;
        this.wall = wall;
        this.thread = Thread.ofPlatform().name("krg-network").unstarted(ThreadLost.told(this::run));
    }

    /// Begins.
    public void start() {
        // Ends with the store.
        var _ = store.onChange(_ -> changed.release());
        thread.start();
    }

    /// Stops. Links and routes stay, as the cells do.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(STOP_LIMIT);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            var next = System.nanoTime();
            while (true) {
                var image = store.image();
                var wanted = NetworkPlan.agreed(image);
                var isDue = System.nanoTime() - next >= 0;
                if (!wanted.equals(agreed) || (isDue && !clean)) {
                    agreed = wanted;
                    reconcile(image);
                }
                if (isDue) {
                    next = System.nanoTime() + TICK.toNanos();
                }
                // Whatever else changes meanwhile puts nothing off.
                var _ = changed.tryAcquire(next - System.nanoTime(), TimeUnit.NANOSECONDS);
                changed.drainPermits();
            }
        } catch (InterruptedException stop) {
            log.debug("network engine stops");
        }
    }

    private void reconcile(ClusterImage image) {
        var failures = new ArrayList<HostFailure>();
        clean = false;
        try {
            var seen = network.look(image.nodes().values());
            for (var step : NetworkPlan.plan(image, self, seen, wall.instant())) {
                perform(step).ifPresent(failures::add);
            }
            clean =
                    failures.isEmpty()
                            && agreed.isEmpty()
                            && !seen.sink()
                            && seen.links().isEmpty();
        } catch (HostFailure failure) {
            failures.add(failure);
        }
        complain(failures.stream().findFirst().map(HostFailure::getMessage).orElse(""));
    }

    // What cannot be done for one cell is nothing to the others.
    private Optional<HostFailure> perform(NetworkStep step) {
        try {
            network.perform(step);
            log.info("network changed step={}", step);
            return Optional.empty();
        } catch (HostFailure failure) {
            return Optional.of(failure);
        }
    }

    // Tried again; said once.
    private void complain(String reason) {
        if (!reason.isEmpty() && !reason.equals(complaint)) {
            log.warn("the network cannot be put right reason={}", reason);
        }
        complaint = reason;
    }
}
