// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.krg.jepsen.bench.grpc.EtcdClients;
import org.krg.jepsen.bench.http2.Http2Clients;
import org.krg.jepsen.bench.load.Calls;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.FailOver;
import org.krg.jepsen.bench.load.FanOut;
import org.krg.jepsen.bench.load.Outcome;
import org.krg.jepsen.bench.load.Preload;
import org.krg.jepsen.bench.own.ApiClients;
import org.krg.jepsen.bench.report.Report;
import org.krg.jepsen.bench.stores.Connections;
import org.krg.jepsen.bench.stores.EtcdStore;
import org.krg.jepsen.bench.stores.KrgStore;
import org.krg.jepsen.bench.stores.Store;
import org.krg.jepsen.bench.stores.Usage;
import org.krg.jepsen.bench.stores.ZooKeeperStore;

/// Starts the stores, loads them in turn and takes them down. All of them run all the time; only
/// one has work.
final class Bench implements AutoCloseable {
    private static final Duration BEFORE_ROUND = Duration.ofMillis(500);
    private static final int WARM_UP_CLIENTS = 64;
    private static final int WARM_UP_READS = 50;
    private static final long PROGRESS_KEYS = 100_000;

    private final BenchSettings settings;
    private final Talk talk;
    private final Http2Clients http2 = new Http2Clients();
    private final EtcdClients clients;
    private final List<Store> stores = new ArrayList<>();
    private final Report report = new Report();

    Bench(BenchSettings settings, Talk talk) {
        this.settings = settings;
        this.talk = talk;
        this.clients = new EtcdClients(http2, settings.valueBytes());
    }

    /// Does everything once.
    Report run() throws InterruptedException {
        describe();
        for (var name : settings.stores()) {
            prepare(name);
        }
        for (var workload : settings.workloads()) {
            for (var round = 1; round <= settings.rounds(); round++) {
                for (var store : stores) {
                    measure(workload, round, store);
                }
            }
        }
        for (var store : stores) {
            report.size(store.name(), "memoryBytes", Usage.residentBytes(store.servers()));
            report.size(store.name(), "diskBytes", Usage.diskBytes(store.servers()));
        }
        if (settings.kills() > 0) {
            for (var store : stores) {
                failOver(store);
            }
        }
        return report;
    }

    private void describe() {
        report.condition("processors", "" + Runtime.getRuntime().availableProcessors());
        report.condition("kernel", System.getProperty("os.version"));
        report.condition("keys", "" + settings.keys());
        report.condition("value bytes", "" + settings.valueBytes());
        report.condition(
                "rounds", settings.rounds() + " of " + settings.length().toSeconds() + " s");
        report.condition("connections", "" + settings.connections());
        report.condition("clients at", settings.atLeader() ? "the leader" : "all servers");
    }

    private void prepare(String name) throws InterruptedException {
        talk.say("starting " + name);
        var store =
                switch (name) {
                    case "krg" -> KrgStore.start(name, clients::connect);
                    case "own" ->
                            KrgStore.start(
                                    name, new ApiClients(http2, settings.valueBytes())::connect);
                    case "etcd" -> EtcdStore.start(clients);
                    default -> ZooKeeperStore.start(settings.valueBytes());
                };
        stores.add(store);
        report.store(name, store.version());
        try (var connections = connect(store)) {
            talk.say(
                    "%s %s serves; making %d keys"
                            .formatted(name, store.version(), settings.keys()));
            var start = System.nanoTime();
            Preload.run(
                    connections.all(),
                    settings.keys(),
                    made -> {
                        if (made % PROGRESS_KEYS == 0) {
                            talk.say("%s has %d keys".formatted(name, made));
                        }
                    });
            report.times(name, "preload", List.of(Duration.ofNanos(System.nanoTime() - start)));
            talk.say("warming " + name + " up");
            var _ =
                    new Calls(WARM_UP_CLIENTS, WARM_UP_READS, settings.keys())
                            .run(connections.all(), Duration.ZERO, settings.warmUp());
        }
    }

    private void measure(Workload workload, int round, Store store) throws InterruptedException {
        try (var connections = connect(store);
                var watching = connect(store)) {
            var servers = store.servers();
            var generator = Usage.ownCpu();
            var used = Usage.cpu(servers);
            var start = System.nanoTime();
            var outcome = perform(workload, connections.all(), watching.all());
            // What the calls before and after the counted ones used is not theirs.
            var counted = (double) settings.length().toNanos() / (System.nanoTime() - start);
            report.tally(workload.name(), store.name())
                    .add(
                            outcome,
                            part(Usage.ownCpu().minus(generator), counted),
                            part(Usage.cpu(servers).minus(used), counted));
            talk.say(
                    String.format(
                            Locale.ROOT,
                            "%s, round %d, %s: %.0f/s, p50 %.2f ms, p99 %.2f ms%s",
                            workload.name(),
                            round,
                            store.name(),
                            outcome.perSecond(),
                            outcome.latencies().micros(50) / 1e3,
                            outcome.latencies().micros(99) / 1e3,
                            outcome.failure() == null ? "" : "; " + outcome.failure()));
        }
    }

    private static Duration part(Duration whole, double share) {
        return Duration.ofNanos((long) (whole.toNanos() * share));
    }

    private Outcome perform(
            Workload workload, List<Connection> connections, List<Connection> watching)
            throws InterruptedException {
        return switch (workload) {
            case Workload.Load load ->
                    load.calls(settings.keys()).run(connections, BEFORE_ROUND, settings.length());
            case Workload.Watch(var _, var watchers) ->
                    FanOut.run(connections, watching, watchers, BEFORE_ROUND, settings.length());
        };
    }

    private Connections connect(Store store) throws InterruptedException {
        var leader = store.awaitLeader();
        var servers = settings.atLeader() ? List.of(leader) : store.servers();
        return Connections.open(store, servers, settings.connections());
    }

    private void failOver(Store store) throws InterruptedException {
        var times = new ArrayList<Duration>();
        for (var i = 0; i < settings.kills(); i++) {
            var leader = store.awaitLeader();
            var others =
                    store.servers().stream()
                            .filter(each -> !each.name().equals(leader.name()))
                            .toList();
            try (var connections = Connections.open(store, others, others.size())) {
                var time = FailOver.run(connections.all(), () -> store.kill(leader));
                talk.say(
                        "%s: a write is acknowledged %d ms after the leader was killed"
                                .formatted(store.name(), time.toMillis()));
                times.add(time);
            }
            store.restart(leader);
        }
        report.times(store.name(), "failOver", times);
    }

    @Override
    public void close() {
        talk.say("taking everything down");
        // Whoever was interrupted has to clean up all the same.
        var _ = Thread.interrupted();
        stores.forEach(Store::close);
        http2.close();
    }
}
