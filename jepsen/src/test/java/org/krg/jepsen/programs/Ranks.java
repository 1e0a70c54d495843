// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;

/// The processes of a parallel job, as the cluster shows them.
public final class Ranks {
    private static final Duration TO_RECOVER = Duration.ofMinutes(2);

    private Ranks() {}

    /// {@return each as the API shows it, in their order}
    public static List<JsonNode> of(Cluster cluster, String job) {
        return Cluster.stream(cluster.get("jobs", job).path("processes"))
                .map(rank -> cluster.get("processes", rank.path("id").asText()))
                .toList();
    }

    /// Waits until all run in that incarnation, or a later one.
    public static void awaitEpoch(Cluster cluster, String job, long epoch) {
        Await.until(
                "all ranks to run again",
                TO_RECOVER,
                () ->
                        of(cluster, job).stream()
                                .allMatch(rank ->
                                        rank.path("epoch").asLong() >= epoch
                                                && rank.path("phase").asText().equals("running")));
    }
}
