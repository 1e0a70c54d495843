// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Transaction;
import org.krg.tools.http.ApiPath;

/// Keys that are written before a campaign and must all be there after it.
public final class ManyKeys {
    private static final String PREFIX = "many/";

    /// As many as one transaction may have.
    private static final int AT_ONCE = 128;

    private static final int CLIENTS = 8;

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
                    parts.add(
                            new Part.Write(
                                    "%s%09d".formatted(PREFIX, number),
                                    ("value " + number + " ").repeat(8)));
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

    /// {@return what is wrong with them at the end}
    public static List<String> violations(Cluster cluster, int count) {
        try (var api = cluster.client()) {
            var path = ApiPath.of("keys").with("prefix", PREFIX).with("count", true);
            var found = count == 0 ? 0 : api.get(path).path("count").asLong();
            return found == count
                    ? List.of()
                    : List.of("of %d keys %d are there".formatted(count, found));
        }
    }
}
