// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.load.Latencies;
import org.krg.jepsen.bench.load.Outcome;
import org.krg.tools.http.Json;

/// All rounds of one workload on one store. Owned by one thread.
public final class Tally {
    private final Latencies latencies = new Latencies();
    private Duration length = Duration.ZERO;
    private Duration generatorCpu = Duration.ZERO;
    private Duration serverCpu = Duration.ZERO;
    private long failures;
    private @Nullable String failure;

    /// Adds a round.
    ///
    /// @param generator cpu time that the clients used
    /// @param servers cpu time that the servers used
    public void add(Outcome outcome, Duration generator, Duration servers) {
        latencies.add(outcome.latencies());
        length = length.plus(outcome.length());
        generatorCpu = generatorCpu.plus(generator);
        serverCpu = serverCpu.plus(servers);
        failures += outcome.failures();
        failure = outcome.failure() == null ? failure : outcome.failure();
    }

    ObjectNode tree() {
        var tree = Json.object();
        tree.put("perSecond", rounded(latencies.count() * 1e9 / length.toNanos()))
                .put("p50Micros", rounded(latencies.micros(50)))
                .put("p99Micros", rounded(latencies.micros(99)))
                .put("p999Micros", rounded(latencies.micros(99.9)))
                .put("maxMicros", rounded(latencies.maxMicros()))
                .put("calls", latencies.count())
                .put("failures", failures)
                .put("generatorCpuMicrosPerCall", perCall(generatorCpu))
                .put("serverCpuMicrosPerCall", perCall(serverCpu));
        if (failure != null) {
            tree.put("failure", failure);
        }
        return tree;
    }

    private double perCall(Duration cpu) {
        return rounded(cpu.toNanos() / 1e3 / Math.max(1, latencies.count()));
    }

    static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
