// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Additions;
import org.krg.jepsen.programs.OwnWords;
import org.krg.jepsen.programs.Toucher;

/// Programs on three nodes add to a word of a segment and store into its pages, in a segment of
/// each mode at once; then a node is lost.
@ExtendWith(SharedCluster.class)
class LossInEveryModeTest {
    private static final List<String> MODES = List.of("async", "semisync", "sync");
    private static final int WORD = 8;
    private static final int PAGES = 12;
    private static final int BEHIND_THEM = 4_096 * PAGES;

    /// Of each segment, before and after the loss.
    private static final int ADDITIONS = 60;

    private static final int STORES = 300;

    @TempDir private Path directory;

    private final List<Contended> segments = new ArrayList<>();

    /// A segment that all nodes use.
    private static final class Contended {
        final String name;
        final List<Toucher> programs = new ArrayList<>();
        final Additions additions = new Additions(WORD);
        final Map<String, OwnWords> words = new TreeMap<>();

        Contended(String mode) {
            name = "loss-" + mode;
        }
    }

    @AfterEach
    void destroy(Cluster cluster) {
        segments.stream().flatMap(it -> it.programs.stream()).forEach(Toucher::close);
        cluster.startAll();
        segments.forEach(it -> cluster.run("segment", "destroy", it.name).require(0));
    }

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

    /// @param plan even if the lost node leads; whether it is the home, or took the pages from
    ///   there, alternates with the mode and with each second plan
    private void loseOne(Cluster cluster, int plan) {
        var leader = cluster.awaitLeader();
        var follower =
                cluster.nodes().stream().filter(it -> !it.equals(leader)).findFirst().orElseThrow();
        var lost = plan % 2 == 0 ? leader : follower;
        for (var mode : MODES) {
            var isHome = (plan / 2 + MODES.indexOf(mode)) % 2 == 0;
            segments.add(begin(cluster, mode, lost, isHome));
        }
        segments.forEach(LossInEveryModeTest::awaitMore);

        cluster.killNode(lost);
        segments.forEach(LossInEveryModeTest::awaitMore);

        segments.forEach(it -> check(cluster, it, lost));
    }

    private static void awaitMore(Contended segment) {
        segment.additions.awaitMore(ADDITIONS);
    }

    private Contended begin(Cluster cluster, String mode, String lost, boolean isHome) {
        var segment = new Contended(mode);
        cluster.run("segment", "create", segment.name, "--size", "2M", "--mode", mode).require(0);
        var nodes = new ArrayList<>(cluster.nodes());
        nodes.remove(lost);
        nodes.add(isHome ? 0 : nodes.size(), lost);
        for (var node : nodes) {
            // Who touches the block first is its home.
            var storing = Toucher.on(cluster, node, segment.name);
            segment.programs.add(storing);
            assertThat(storing.ask("write %d 1".formatted(BEHIND_THEM))).isEqualTo("ok");
        }
        for (var node : nodes) {
            var number = nodes.indexOf(node);
            segment.words.put(
                    node, OwnWords.begin(segment.programs.get(number), directory, number, PAGES));
            var adding = Toucher.synchronisingOn(cluster, node, segment.name);
            segment.programs.add(adding);
            segment.additions.begin(node, adding);
        }
        segment.words.values().forEach(it -> it.awaitMore(STORES));
        return segment;
    }

    private static void check(Cluster cluster, Contended segment, String lost) {
        var survivor =
                cluster.nodes().stream().filter(it -> !it.equals(lost)).findFirst().orElseThrow();
        segment.additions.stop();
        var reader = Toucher.on(cluster, survivor, segment.name);
        var loader = Toucher.synchronisingOn(cluster, survivor, segment.name);
        segment.programs.addAll(List.of(reader, loader));
        segment.additions.check(loader, lost);
        segment.words.forEach((node, words) -> words.stop(node.equals(lost)));
        var lostPages = new TreeSet<Long>();
        segment.words.values().forEach(words -> lostPages.addAll(words.check(reader)));
        var audit = cluster.run("segment", "audit", segment.name);
        assertThat(audit.exit()).as(audit.out()).isIn(0, 10);
        for (var page : lostPages) {
            assertThat(audit.out()).contains("page %d is lost: ".formatted(page));
        }
    }
}
