// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.krg.jepsen.cluster.Cluster;

/// A segment of one block whose pages programs of all nodes write at once, and to whose words they
/// add.
public final class ContendedSegment implements AutoCloseable {
    private static final int WORD = 8;
    private static final int PAGES = 12;
    private static final int BEHIND_THEM = 4_096 * PAGES;
    private static final int STORES = 300;

    private final Cluster cluster;
    private final String name;
    private final List<Toucher> programs = new ArrayList<>();
    private final Additions additions = new Additions(WORD);
    private final Map<String, OwnWords> words = new TreeMap<>();

    private ContendedSegment(Cluster cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    /// Makes one and has programs write it from now on.
    ///
    /// @param nodes all of the cluster; the first one becomes the block's home, and every other one
    ///   takes the pages from the one before
    /// @param directory for what the programs note
    public static ContendedSegment begin(
            Cluster cluster, String mode, List<String> nodes, Path directory) {
        var segment = new ContendedSegment(cluster, "loss-" + mode);
        cluster.run("segment", "create", segment.name, "--size", "2M", "--mode", mode).require(0);
        try {
            segment.write(nodes, directory);
            return segment;
        } catch (RuntimeException | Error failure) {
            segment.close();
            throw failure;
        }
    }

    private void write(List<String> nodes, Path directory) {
        for (var node : nodes) {
            // Who touches the block first is its home.
            var storing = Toucher.on(cluster, node, name);
            programs.add(storing);
            assertThat(storing.ask("write %d 1".formatted(BEHIND_THEM))).isEqualTo("ok");
        }
        for (var node : nodes) {
            var number = nodes.indexOf(node);
            words.put(node, OwnWords.begin(programs.get(number), directory, number, PAGES));
            var adding = Toucher.synchronisingOn(cluster, node, name);
            programs.add(adding);
            additions.begin(node, adding);
        }
        words.values().forEach(it -> it.awaitMore(STORES));
    }

    /// Returns when so many more additions were acknowledged.
    public void awaitMore(int count) {
        additions.awaitMore(count);
    }

    /// Ends the programs; fails if something is lost that is not reported as lost.
    ///
    /// @param lost the nodes that were
    public void check(List<String> lost) {
        var survivor =
                cluster.nodes().stream().filter(it -> !lost.contains(it)).findFirst().orElseThrow();
        additions.stop();
        var reader = Toucher.on(cluster, survivor, name);
        var loader = Toucher.synchronisingOn(cluster, survivor, name);
        programs.addAll(List.of(reader, loader));
        additions.check(loader, lost.toArray(String[]::new));
        words.forEach((node, stored) -> stored.stop(lost.contains(node)));
        var lostPages = new TreeSet<Long>();
        words.values().forEach(stored -> lostPages.addAll(stored.check(reader)));
        var audit = cluster.run("segment", "audit", name);
        assertThat(audit.exit()).as(audit.out()).isIn(0, 10);
        for (var page : lostPages) {
            assertThat(audit.out()).contains("page %d is lost: ".formatted(page));
        }
    }

    @Override
    public void close() {
        programs.forEach(Toucher::close);
        cluster.run("segment", "destroy", name).require(0);
    }
}
