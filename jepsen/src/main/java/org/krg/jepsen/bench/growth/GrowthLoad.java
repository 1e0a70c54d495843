// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.growth;

import org.krg.jepsen.bench.load.Calls;

/// What the keys are written and read by.
enum GrowthLoad {
    WRITES_1("writes, 1 client", "writesOfOne", 1, 0),
    WRITES_64("writes, 64 clients", "writesOf64", 64, 0),
    READS_1("linearizable reads, 1 client", "readsOfOne", 1, 100),
    READS_64("linearizable reads, 64 clients", "readsOf64", 64, 100);

    private final String words;
    private final String field;
    private final int clients;
    private final int readPercent;

    GrowthLoad(String words, String field, int clients, int readPercent) {
        this.words = words;
        this.field = field;
        this.clients = clients;
        this.readPercent = readPercent;
    }

    Calls calls(long keys) {
        return new Calls(clients, readPercent, keys);
    }

    /// {@return the name of its results}
    String field() {
        return field;
    }

    @Override
    public String toString() {
        return words;
    }
}
