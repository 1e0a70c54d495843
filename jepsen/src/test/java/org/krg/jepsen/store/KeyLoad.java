// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;

/// What one client does with keys: writes, compares and swaps, deletes, reads of now and of some
/// time ago; transactions over pairs of keys of which both halves are always equal. Every value is
/// written once.
final class KeyLoad {
    private static final int KEYS = 5;
    private static final Span PAIRS = Span.prefix("p");

    private final RandomGenerator random;
    private final int client;
    private final Map<String, String> seen = new HashMap<>();
    private long values;

    KeyLoad(RandomGenerator random, int client) {
        this.random = random;
        this.client = client;
    }

    void next(StoreClient store) {
        var key = "k" + random.nextInt(KEYS);
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> note(key, store.transact(Transaction.of(write(key))));
            case 3, 4 -> note(key, store.read(new Part.Read(Span.one(key)), true));
            case 5 -> note(key, store.read(new Part.Read(Span.one(key)), false));
            case 6, 7 -> note(key, store.transact(swap(key)));
            case 8 -> note(key, store.transact(Transaction.of(new Part.Remove(Span.one(key)))));
            case 9 -> note(key, store.read(new Part.Read(PAIRS), random.nextBoolean()));
            case 10 -> note(key, store.transact(pair()));
            default -> note(key, store.transact(Transaction.of(new Part.Read(PAIRS), write(key))));
        }
    }

    private Transaction pair() {
        var value = value();
        var number = random.nextInt(2);
        return Transaction.of(
                new Part.Write("p" + number + "a", value),
                new Part.Write("p" + number + "b", value));
    }

    private Transaction swap(String key) {
        var expected = seen.get(key);
        return new Transaction(
                List.of(
                        expected == null
                                ? new Comparison.VersionIs(key, 0)
                                : new Comparison.ValueIs(key, expected)),
                List.of(write(key)),
                List.of(new Part.Read(Span.one(key))));
    }

    /// What a client read last it expects.
    private void note(String key, Answer answer) {
        if (answer instanceof Answer.Done done
                && done.results().getLast() instanceof Result.Found(var entries)) {
            entries.forEach(entry -> seen.put(entry.key(), entry.value()));
            if (entries.isEmpty()) {
                seen.remove(key);
            }
        }
    }

    private Part.Write write(String key) {
        return new Part.Write(key, value());
    }

    private String value() {
        return client + "." + ++values;
    }
}
