// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.SharedCluster;
import org.krg.jepsen.bench.hosting.RunBench.Extent;
import org.krg.jepsen.cluster.Cluster;

/// Real jobs beside real containers.
@ExtendWith(SharedCluster.class)
class RunBenchTest {
    @Test
    void jobsAndContainersRunInTurn(Cluster cluster) {
        var program = Path.of(System.getProperty("krg.root"), "target", "native", "parallel");

        var report = new RunBench(program, cluster, System.out::println).run(Extent.SMALL);

        var rows = report.json().path("rows");
        assertThat(rows).hasSize(2).allMatch(row -> row.path("ratio").asDouble() > 0);
        assertThat(rows.get(0).path("count").asInt()).isEqualTo(Extent.SMALL.starts());
        assertThat(report.table()).contains("runc run and a commit").contains("by itself");
    }
}
