// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.time.Duration;
import java.util.List;

/// What a bench is to do.
///
/// @param stores names, the one that is judged first
/// @param workloads in this order
/// @param rounds of each workload on each store, alternating
/// @param length of a round
/// @param warmUp before everything, for each store; JIT compilers need it
/// @param keys how many are made before
/// @param valueBytes length of a value
/// @param connections that the clients of a store share
/// @param atLeader whether clients use the leader only, or all servers
/// @param kills of leaders
record BenchSettings(
        List<String> stores,
        List<Workload> workloads,
        int rounds,
        Duration length,
        Duration warmUp,
        long keys,
        int valueBytes,
        int connections,
        boolean atLeader,
        int kills) {
    BenchSettings {
        stores = List.copyOf(stores);
        workloads = List.copyOf(workloads);
    }
}
