// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.tools.dev.DevCluster;
import org.krg.tools.dev.DevNode;
import org.krg.tools.dev.DevStatus;
import org.krg.tools.dev.Patience;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;

/// The quorum and the nodes, seen through the API. Counts the leaders it sees.
final class ClusterView {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final DevCluster cluster;
    private final ApiClient client;
    private String leader = "";
    private int leaderChanges;

    ClusterView(DevCluster cluster, ApiClient client) {
        this.cluster = cluster;
        this.client = client;
    }

    /// {@return the leader seen last}
    String leader() {
        return leader;
    }

    /// {@return how often another node was leader than before}
    int leaderChanges() {
        return leaderChanges;
    }

    /// Waits until a node that says so itself leads.
    ///
    /// @param not the node that does not lead any more; empty for none
    String awaitLeader(String not) throws InterruptedException {
        require(Patience.until(LIMIT, () -> findLeader(not).isPresent()), "there is a leader");
        var found = findLeader(not).orElse(leader);
        if (!leader.isEmpty() && !found.equals(leader)) {
            leaderChanges++;
        }
        leader = found;
        return found;
    }

    /// Waits until every node takes part.
    void awaitAllReady() throws InterruptedException {
        require(
                Patience.until(LIMIT, () -> readyNodes() == cluster.nodes().size()),
                "every node is ready");
    }

    /// Waits until a node takes part and has applied what was committed when this was called.
    void awaitCaughtUp(String node) throws InterruptedException {
        var committed =
                DevStatus.ask(cluster.require(leader).listen().api())
                        .map(status -> status.path("commitIndex").asLong())
                        .orElse(0L);
        require(
                Patience.until(LIMIT, () -> isCaughtUp(cluster.require(node), committed)),
                node + " has applied entry " + committed);
    }

    /// {@return whether every node offers to save programs with CRIU}
    boolean offersCheckpoints() {
        for (var node : client.get(ApiPath.of("nodes")).path("nodes")) {
            var offered = false;
            for (var engine : node.path("engines")) {
                offered |= engine.asText().equals("criu");
            }
            if (!offered) {
                return false;
            }
        }
        return true;
    }

    private boolean isCaughtUp(DevNode node, long committed) {
        return DevStatus.ask(node.listen().api())
                .filter(status -> status.path("ready").asBoolean())
                .filter(status -> status.path("appliedIndex").asLong() >= committed)
                .isPresent();
    }

    private Optional<String> findLeader(String not) {
        return cluster.nodes().stream()
                .filter(node -> !node.name().equals(not))
                .filter(node ->
                        DevStatus.ask(node.listen().api())
                                .filter(status -> leads(status, node))
                                .isPresent())
                .map(DevNode::name)
                .findFirst();
    }

    private static boolean leads(JsonNode status, DevNode node) {
        return status.path("ready").asBoolean()
                && status.path("leader").asText().equals(node.name());
    }

    private int readyNodes() {
        try {
            var ready = 0;
            for (var node : client.get(ApiPath.of("nodes")).path("nodes")) {
                if (node.path("state").asText().equals("ready")) {
                    ready++;
                }
            }
            return ready;
        } catch (ApiFailure notYet) {
            return 0;
        }
    }

    private static void require(boolean held, String what) {
        if (!held) {
            throw new HostFailure(
                    HostFailure.Code.TIMED_OUT,
                    "after " + LIMIT.toSeconds() + " s it still does not hold that " + what,
                    "the agents' logs are in nodes/*/data/log of the directory");
        }
    }
}
