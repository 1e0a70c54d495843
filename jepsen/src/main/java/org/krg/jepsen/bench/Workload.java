// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import org.krg.jepsen.bench.load.Calls;

/// Something that stores are measured by.
sealed interface Workload {
    /// {@return its name}
    String name();

    /// {@return the words that choose it: its name without punctuation}
    default String id() {
        return name().replaceAll("[^a-z0-9]+", "-");
    }

    /// Clients that read and write random keys.
    record Load(String name, int clients, int readPercent) implements Workload {
        Calls calls(long keys) {
            return new Calls(clients, readPercent, keys);
        }
    }

    /// Watchers that all see every change.
    record Watch(String name, int watchers) implements Workload {}
}
