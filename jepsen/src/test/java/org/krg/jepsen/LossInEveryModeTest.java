// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static java.util.concurrent.CompletableFuture.runAsync;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.ContendedSegment;

/// Programs on three nodes add to a word of a segment and store into its pages, in a segment of
/// each mode at once; then a node is lost, or two are.
@ExtendWith(SharedCluster.class)
class LossInEveryModeTest {
    private static final List<String> MODES = List.of("async", "semisync", "sync");

    /// Of each segment, before and after the loss.
    private static final int ADDITIONS = 60;

    @TempDir private Path directory;

    private final List<ContendedSegment> segments = new ArrayList<>();

    @Test
    void whenTheLeaderIsLostNothingIsLostThatIsNotReported(Cluster cluster) {
        loseOne(cluster, 0);
    }

    /// Every node that is lost is the leader and not, and the home and not, in each mode.
    @Tag("long")
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void whateverNodeIsLostNothingIsLostThatIsNotReported(int plan, Cluster cluster) {
        loseOne(cluster, plan);
    }

    /// The leader is the home, and the other one took the pages from the rest at first.
    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"async", "semisync", "sync"})
    void whenTwoNodesAreLostAtOnceNothingIsLostThatIsNotReported(String mode) {
        try (var cluster = Cluster.up(5)) {
            var leader = cluster.awaitLeader();
            var others = cluster.nodes().stream().filter(it -> !it.equals(leader)).toList();
            var lost = List.of(leader, others.getLast());
            begin(cluster, mode, List.of(leader, others.get(0), others.get(1), others.getLast()));
            lose(cluster, lost);
        }
    }

    /// @param plan even if the lost node leads; whether it is the home, or took the pages from
    ///   there, alternates with the mode and with each second plan
    private void loseOne(Cluster cluster, int plan) {
        var leader = cluster.awaitLeader();
        var follower =
                cluster.nodes().stream().filter(it -> !it.equals(leader)).findFirst().orElseThrow();
        var lost = plan % 2 == 0 ? leader : follower;
        for (var mode : MODES) {
            var isHome = (plan / 2 + MODES.indexOf(mode)) % 2 == 0;
            var nodes = new ArrayList<>(cluster.nodes());
            nodes.remove(lost);
            nodes.add(isHome ? 0 : nodes.size(), lost);
            begin(cluster, mode, nodes);
        }
        lose(cluster, List.of(lost));
    }

    private void begin(Cluster cluster, String mode, List<String> nodes) {
        segments.add(ContendedSegment.begin(cluster, mode, nodes, directory));
    }

    private void lose(Cluster cluster, List<String> lost) {
        try {
            segments.forEach(it -> it.awaitMore(ADDITIONS));

            var losses = lost.stream().map(it -> runAsync(() -> cluster.killNode(it)));
            losses.toList().forEach(CompletableFuture::join);
            segments.forEach(it -> it.awaitMore(ADDITIONS));

            segments.forEach(it -> it.check(lost));
        } finally {
            cluster.startAll();
            destroy();
        }
    }

    @AfterEach
    void destroy() {
        segments.forEach(ContendedSegment::close);
        segments.clear();
    }
}
