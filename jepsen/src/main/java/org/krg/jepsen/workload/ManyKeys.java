// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;
import org.krg.tools.http.ApiPath;

/// Keys that are written before a campaign and must all be there after it.
public final class ManyKeys {
    private static final String PREFIX = "many/";

    /// As many as one transaction may have.
    private static final int AT_ONCE = 128;

    private static final int CLIENTS = 8;

    /// So many values are looked at in the end.
    private static final int READ = 200;

    private ManyKeys() {}

    /// Writes `count` keys with values of about a hundred bytes.
    public static void write(Cluster cluster, int count) {
        var next = new AtomicInteger();
        var failures = new ArrayList<String>();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < CLIENTS; i++) {
            threads.add(Thread.ofVirtual().start(() -> writeSome(cluster, count, next, failures)));
        }
        try {
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException stop) {
            throw new CampaignFailed("interrupted", stop);
        }
        synchronized (failures) {
            if (!failures.isEmpty()) {
                throw new CampaignFailed("cannot write the keys to begin with: " + failures);
            }
        }
    }

    private static void writeSome(
            Cluster cluster, int count, AtomicInteger next, List<String> failures) {
        try (var api = cluster.client()) {
            for (var start = next.getAndAdd(AT_ONCE);
                    start < count;
                    start = next.getAndAdd(AT_ONCE)) {
                var parts = new ArrayList<Part>();
                for (var number = start; number < Math.min(count, start + AT_ONCE); number++) {
                    parts.add(new Part.Write(key(number), value(number)));
                }
                var answer = KeyApi.transact(api, Transaction.of(parts.toArray(Part[]::new)));
                if (!(answer instanceof Answer.Done)) {
                    synchronized (failures) {
                        failures.add(answer.toString());
                    }
                    return;
                }
            }
        }
    }

    private static String key(int number) {
        return "%s%09d".formatted(PREFIX, number);
    }

    private static String value(int number) {
        return ("value " + number + " ").repeat(8);
    }

    /// {@return what is wrong with them at the end: with their number, and with the values of some}
    public static List<String> violations(Cluster cluster, int count) {
        var violations = new ArrayList<String>();
        if (count == 0) {
            return violations;
        }
        try (var api = cluster.client()) {
            var path = ApiPath.of("keys").with("prefix", PREFIX).with("count", true);
            var found = api.get(path).path("count").asLong();
            if (found != count) {
                violations.add("of %d keys %d are there".formatted(count, found));
            }
            for (var number = 0; number < count; number += Math.max(1, count / READ)) {
                var read = KeyApi.read(api, Span.one(key(number)), true);
                if (!holds(read, value(number))) {
                    violations.add("%s is not what was written: %s".formatted(key(number), read));
                }
            }
        }
        return violations;
    }

    private static boolean holds(Answer read, String value) {
        return read instanceof Answer.Done done
                && done.results().getFirst() instanceof Result.Found(var entries)
                && entries.size() == 1
                && entries.getFirst().value().equals(value);
    }
}
