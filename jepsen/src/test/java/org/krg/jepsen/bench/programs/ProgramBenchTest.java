// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.SharedCluster;
import org.krg.jepsen.cluster.Cluster;

/// Real nodes compute together; a checksum that is another one than that of threads fails it.
@ExtendWith(SharedCluster.class)
class ProgramBenchTest {
    @Test
    void nodesComputeWhatThreadsCompute(Cluster cluster) {
        var program = Path.of(System.getProperty("krg.root"), "target", "native", "parallel");

        var report = new ProgramBench(program, cluster, List.of(1, 3), 1).run(true);

        assertThat(report.json().path("programs")).hasSize(Work.SMALL.size());
    }
}
