// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;

/// Whenever an agent is killed, its state and its cells are intact afterwards.
@ExtendWith(SharedCluster.class)
class AgentKillsTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());

    @Test
    void fourKillsUnderLoadLoseNothingAndDoNothingTwice(Cluster cluster) {
        assertThatNothingIsWrongAfter(4, Duration.ofMinutes(5), cluster);
    }

    @Test
    @Tag("long")
    void aHundredKillsUnderLoadLoseNothingAndDoNothingTwice() {
        try (var cluster = Cluster.up(3)) {
            assertThatNothingIsWrongAfter(100, Duration.ofHours(1), cluster);
        }
    }

    private static void assertThatNothingIsWrongAfter(int kills, Duration limit, Cluster cluster) {
        var report = new AgentKills(cluster, _ -> {}).run(kills, limit, SEED);

        assertThat(report.violations()).as("violations with -Dkrg.seed=%d", SEED).isEmpty();
        assertThat(report.kills()).isEqualTo(kills);
    }
}
