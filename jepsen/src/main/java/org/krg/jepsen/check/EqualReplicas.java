// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Cluster.Member;

/// All replicas have the same state at the same position of the log.
///
/// A replica tells its state's digest for where it is just then, so each is asked until all of them
/// have been seen at one position.
public final class EqualReplicas {
    private static final Duration TO_MEET = Duration.ofMinutes(1);

    private final Cluster cluster;

    /// Digest by node, by position.
    private final Map<Long, Map<String, String>> seen = new TreeMap<>();

    private EqualReplicas(Cluster cluster) {
        this.cluster = cluster;
    }

    /// {@return what is wrong}
    public static List<String> violations(Cluster cluster) {
        var check = new EqualReplicas(cluster);
        try {
            Await.until("all replicas to reach one position", TO_MEET, check::meet);
        } catch (CampaignFailed apart) {
            return List.of(apart.getMessage() + ": " + check.seen);
        }
        return check.differences();
    }

    private boolean meet() {
        for (var member : cluster.members()) {
            look(member);
        }
        return seen.values().stream()
                .anyMatch(digests -> digests.size() == cluster.members().size());
    }

    private void look(Member member) {
        var state = cluster.ask(member, "state", "hash");
        seen.computeIfAbsent(state.path("appliedIndex").asLong(), _ -> new HashMap<>())
                .put(member.node(), state.path("digest").asText());
    }

    private List<String> differences() {
        var found = new ArrayList<String>();
        seen.forEach((position, digests) -> {
            if (digests.values().stream().distinct().count() > 1) {
                found.add("replicas differ at position " + position + ": " + digests);
            }
        });
        return found;
    }
}
