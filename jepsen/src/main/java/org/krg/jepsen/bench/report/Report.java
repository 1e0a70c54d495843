// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.krg.tools.http.Json;

/// What a bench has measured. The first store is compared with each other one.
public final class Report {
    private final ObjectNode conditions = Json.object();
    private final SequencedMap<String, SequencedMap<String, Tally>> tallies = new LinkedHashMap<>();
    private final SequencedMap<String, ObjectNode> stores = new LinkedHashMap<>();

    /// Notes something about the run as a whole.
    public void condition(String name, String value) {
        conditions.put(name, value);
    }

    /// Notes a store that takes part; the first one is the one that is judged.
    public void store(String name, String version) {
        stores.put(name, Json.object().put("name", name).put("version", version));
    }

    /// {@return where the rounds of a workload on a store are added up}
    public Tally tally(String workload, String store) {
        return tallies.computeIfAbsent(workload, _ -> new LinkedHashMap<>())
                .computeIfAbsent(store, _ -> new Tally());
    }

    /// Notes a size of a store.
    public void size(String store, String name, long bytes) {
        require(store).put(name, bytes);
    }

    /// Notes how long something of a store took, several times.
    public void times(String store, String name, List<Duration> times) {
        var sorted = times.stream().sorted().mapToLong(Duration::toMillis).toArray();
        require(store)
                .put(name + "Millis", sorted[sorted.length / 2])
                .put(name + "MaxMillis", sorted[sorted.length - 1]);
    }

    private ObjectNode require(String store) {
        return Objects.requireNonNull(stores.get(store), store);
    }

    /// {@return everything, for programs}
    public ObjectNode tree() {
        var tree = Json.object();
        tree.set("conditions", conditions);
        var all = tree.putArray("stores");
        stores.values().forEach(all::add);
        var workloads = tree.putArray("workloads");
        tallies.forEach((name, byStore) -> {
            var workload = Json.object().put("workload", name);
            var results = workload.putObject("stores");
            byStore.forEach((store, tally) -> results.set(store, tally.tree()));
            workloads.add(workload);
        });
        tree.set("ratios", Ratios.of(tree));
        return tree;
    }
}
