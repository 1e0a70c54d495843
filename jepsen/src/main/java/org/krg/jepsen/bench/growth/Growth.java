// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.growth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.jepsen.bench.grpc.EtcdClients;
import org.krg.jepsen.bench.http2.Http2Clients;
import org.krg.jepsen.bench.load.Calls;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Outcome;
import org.krg.jepsen.bench.load.Preload;
import org.krg.jepsen.bench.stores.Connections;
import org.krg.jepsen.bench.stores.KrgStore;
import org.krg.jepsen.bench.stores.Usage;
import org.krg.jepsen.cluster.Cluster;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.Json;

/// Measures clusters of three servers that hold more and more keys, each taken down before the next
/// is made.
public final class Growth {
    private static final int SERVERS = 3;
    private static final int CONNECTIONS = 8;
    private static final int WARM_UP_CLIENTS = 64;
    private static final int WARM_UP_READS = 50;
    private static final int BAR = 30;
    private static final Duration BEFORE = Duration.ofMillis(500);

    private final GrowthSettings settings;
    private final Terminal terminal;

    /// @param terminal is told how far it is
    public Growth(GrowthSettings settings, Terminal terminal) {
        this.settings = settings;
        this.terminal = terminal;
    }

    /// Does everything once.
    public GrowthReport run() throws InterruptedException {
        var sizes = new ArrayList<ObjectNode>();
        for (var keys : settings.sizes()) {
            sizes.add(measure(keys));
        }
        return new GrowthReport(settings, sizes);
    }

    private ObjectNode measure(long keys) throws InterruptedException {
        terminal.say("starting three servers for " + keys + " keys");
        try (var http2 = new Http2Clients();
                var cluster = Cluster.up(SERVERS)) {
            var clients = new EtcdClients(http2, settings.valueBytes());
            var store = new KrgStore("krg", clients::connect, cluster);
            var size = Json.object().put("keys", keys);
            try (var connections =
                    Connections.open(store, List.of(store.awaitLeader()), CONNECTIONS)) {
                load(connections.all(), keys, size);
                measure(connections.all(), keys, size);
            }
            size.put("memoryBytes", Usage.residentBytes(store.servers()));
            size.put("diskBytes", Usage.diskBytes(store.servers()));
            new Starts(cluster, store, terminal).measure(size);
            return size;
        }
    }

    private void load(List<Connection> connections, long keys, ObjectNode size)
            throws InterruptedException {
        var made = new AtomicLong();
        var start = System.nanoTime();
        try (var _ = Progress.of(terminal, () -> bar(made.get(), keys))) {
            Preload.run(connections, keys, made::set);
        }
        size.put("loadMillis", (System.nanoTime() - start) / 1_000_000);
    }

    private static String bar(long made, long keys) {
        var full = (int) (made * BAR / keys);
        return "%d of %d keys [%s%s]"
                .formatted(made, keys, "#".repeat(full), "-".repeat(BAR - full));
    }

    private void measure(List<Connection> connections, long keys, ObjectNode size)
            throws InterruptedException {
        terminal.say("warming up");
        var _ =
                new Calls(WARM_UP_CLIENTS, WARM_UP_READS, keys)
                        .run(connections, Duration.ZERO, settings.warmUp());
        for (var load : GrowthLoad.values()) {
            var outcome = load.calls(keys).run(connections, BEFORE, settings.length());
            size.set(load.field(), result(outcome));
            terminal.say(
                    String.format(
                            Locale.ROOT,
                            "%s: %.0f/s, p50 %.2f ms, p99 %.2f ms%s",
                            load,
                            outcome.perSecond(),
                            outcome.latencies().micros(50) / 1e3,
                            outcome.latencies().micros(99) / 1e3,
                            outcome.failure() == null ? "" : "; " + outcome.failure()));
        }
    }

    private static ObjectNode result(Outcome outcome) {
        return Json.object()
                .put("perSecond", Math.round(outcome.perSecond()))
                .put("p50Micros", Math.round(outcome.latencies().micros(50)))
                .put("p99Micros", Math.round(outcome.latencies().micros(99)))
                .put("failures", outcome.failures());
    }
}
