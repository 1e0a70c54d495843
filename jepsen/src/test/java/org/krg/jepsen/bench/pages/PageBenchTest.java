// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.SharedCluster;
import org.krg.jepsen.bench.locks.SyncProgram;
import org.krg.jepsen.cluster.Cluster;

/// `bench pages` with few pages.
class PageBenchTest {
    private static final Path TOUCH =
            Path.of(System.getProperty("krg.root"), "target", "native", "krg-touch");
    private static final int PAGES = 16;

    @TempDir private Path directory;

    @Test
    void onTheFloorTwoProcessesSeeWhatEachOtherStored() {
        var floor = "floor %s " + directory.resolve("port") + " " + Touches.BYTES;
        try (var home = SyncProgram.onFloor(TOUCH, floor.formatted("home"));
                var other = SyncProgram.onFloor(TOUCH, floor.formatted("join"))) {
            var report = new PageReport(2);
            new Touches(PageBench.FLOOR, List.of(home, other), PAGES, report).measure();

            var adding = List.of(home.begin("add 8 100000"), other.begin("add 8 100000"));
            adding.forEach(it -> assertThat(it.join()).isEqualTo("ok"));
            assertThat(home.begin("read 8").join()).isEqualTo("200000");
            assertThat(other.begin("read 8").join()).isEqualTo("200000");
            // Each of the bounces added one.
            assertThat(home.begin("read 0").join()).isEqualTo("" + PAGES / 2);
            assertThat(report.json().path("touches")).hasSize(Touch.values().length);
        }
    }

    @Test
    @ExtendWith(SharedCluster.class)
    void everyTouchIsTimedOnTheFloorAndInEveryMode(Cluster cluster) {
        var told = new ArrayList<String>();

        var report = new PageBench(TOUCH, cluster, PAGES, told::add).run();

        var json = report.json();
        assertThat(json.path("yardsticks")).hasSize(2);
        assertThat(json.path("touches"))
                .hasSize(4 * Touch.values().length)
                .allSatisfy(row -> {
                    assertThat(row.path("times").asInt()).isGreaterThanOrEqualTo(PAGES / 2);
                    assertThat(row.path("p99Micros").asDouble()).isPositive();
                });
        assertThat(json.path("costs"))
                .hasSize(3)
                .allSatisfy(row -> assertThat(row.path("records").asInt()).isPositive());
        assertThat(json.path("remoteReadToAim").asDouble()).isPositive();
        assertThat(report.table()).contains("floor", "semisync", "sequential read of 64 MB");
        assertThat(told).contains("sync");
    }
}
