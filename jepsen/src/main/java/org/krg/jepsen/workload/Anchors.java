// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Machine;

/// One long job on each node: whatever happens to agents, each runs exactly once.
public final class Anchors {
    private static final Duration TO_RUN = Duration.ofMinutes(1);

    private final Cluster cluster;

    private Anchors(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Starts them and returns when they run.
    public static Anchors start(Cluster cluster) {
        var scratch = cluster.installation().scratch();
        for (var node : cluster.nodes()) {
            var command = List.of("/bin/sleep", duration(cluster, node));
            cluster.submit(JobRequest.on(node, JobRequest.of(job(node), scratch, command)));
        }
        for (var node : cluster.nodes()) {
            cluster.awaitPhase(job(node), "running", TO_RUN);
        }
        return new Anchors(cluster);
    }

    /// {@return what is wrong with them once all nodes are ready}
    ///
    /// @param losses how often a node was lost: its anchor was started again then, and only then
    public List<String> violations(long losses) {
        var wrong = new ArrayList<String>();
        var again = 0L;
        for (var node : cluster.nodes()) {
            var process = cluster.awaitPhase(job(node), "running", TO_RUN);
            again += process.path("epoch").asLong() - 1;
            awaitSingle(node, wrong);
        }
        if (again > losses) {
            wrong.add(
                    "%d anchors were started again although only %d nodes were lost"
                            .formatted(again, losses));
        }
        return wrong;
    }

    /// Stops them.
    public void stop() {
        for (var node : cluster.nodes()) {
            cluster.run("job", "stop", job(node)).require(0);
        }
    }

    /// An old incarnation that is being killed may be seen for a moment.
    private void awaitSingle(String node, List<String> wrong) {
        try {
            Await.until(
                    "one incarnation of " + job(node),
                    TO_RUN,
                    () -> Machine.processesWithArgument(duration(cluster, node)).size() == 1);
        } catch (RuntimeException many) {
            var pids = Machine.processesWithArgument(duration(cluster, node));
            wrong.add(job(node) + " runs in the processes " + pids + " of the machine");
        }
    }

    private static String job(String node) {
        return "anchor-" + node;
    }

    /// Names the process among all of the machine: no other sleeps for as long.
    private static String duration(Cluster cluster, String node) {
        var unique = Integer.toUnsignedString((cluster.name() + node).hashCode());
        return "86400." + unique;
    }
}
