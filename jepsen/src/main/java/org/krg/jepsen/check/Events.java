// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.krg.jepsen.cluster.Cluster;
import org.krg.tools.http.ApiPath;

/// Everything that happened in a cluster, from its first event on.
public final class Events {
    private static final int PAGE = 1_000;

    private final List<JsonNode> events = new ArrayList<>();

    public Events(Cluster cluster) {
        try (var api = cluster.client()) {
            var after = 0L;
            while (true) {
                var path = ApiPath.of("events").with("after", after).with("limit", PAGE);
                var page = Cluster.stream(api.get(path).path("events")).toList();
                if (page.isEmpty()) {
                    return;
                }
                events.addAll(page);
                after = page.getLast().path("revision").asLong();
            }
        }
    }

    /// {@return how often something of a type happened}
    public long count(String type) {
        return of(type).size();
    }

    /// {@return how often something of a type happened to each target}
    public Map<String, Integer> countByTarget(String type) {
        var counts = new HashMap<String, Integer>();
        of(type).forEach(event -> counts.merge(event.path("target").asText(), 1, Integer::sum));
        return counts;
    }

    /// {@return the events of a type, oldest first}
    public List<JsonNode> of(String type) {
        return events.stream().filter(it -> it.path("type").asText().equals(type)).toList();
    }
}
