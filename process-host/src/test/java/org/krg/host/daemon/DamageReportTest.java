// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.Damage;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

class DamageReportTest {
    private static final GenerationId GENERATION = new GenerationId(new ProcessId(7), 2);

    private final MetricRegistry metrics = new MetricRegistry();
    private final DamageReport report = new DamageReport(metrics);

    @Test
    void damageIsCountedAndToldWithItsEnd() {
        report.found(new Damage(GENERATION, "chunk 12ab", Optional.of(new NodeId("n3"))));
        report.found(new Damage(GENERATION, "the manifest", Optional.empty()));

        assertThat(metrics.counter("krg.checkpoint.damages_total").getCount()).isEqualTo(2);
        assertThat(report.findings())
                .containsExactly(
                        "checkpoint 7.2 on this disk: chunk 12ab; put right from the copy of node"
                                + " n3",
                        "checkpoint 7.2 on this disk: the manifest; no other node has a good"
                                + " copy");
    }

    @Test
    void onlyTheNewestFindingsAreTold() {
        for (var i = 0; i < 30; i++) {
            report.found(new Damage(GENERATION, "chunk " + i, Optional.empty()));
        }

        assertThat(report.findings()).hasSize(20).last().asString().contains("chunk 29");
    }
}
