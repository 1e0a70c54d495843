// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.cluster.Cluster;

/// Whatever happens to agents and to the power, the promises about keys hold. What happens to the
/// network beside it is `SeparateNetworksTest`'s, whose short form kills and pauses agents, too.
class KeyCampaignsTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());
    private static final Duration LIMIT = Duration.ofHours(3);

    @Test
    @Tag("long")
    void aHundredKillsOfAgentsWithAMillionKeysBreakNoPromise() {
        try (var cluster = Cluster.up(3)) {
            assertThatAllHolds(kill(cluster, 1_000_000, 100), 100);
        }
    }

    @Test
    @Tag("long")
    void manyPausesOfAgentsBreakNoPromise() {
        try (var cluster = Cluster.up(3)) {
            assertThatAllHolds(
                    new KeyCampaign(cluster, _ -> {})
                            .run(
                                    0,
                                    30,
                                    LIMIT,
                                    SEED,
                                    each -> KeyPausesCommand.pause(cluster, each, 12_000)),
                    30);
        }
    }

    @Test
    void aCutOfThePowerOfAllNodesLosesNothingAcknowledged() {
        assertThatCutsLoseNothing(0, 1);
    }

    @Test
    @Tag("long")
    void manyCutsOfThePowerLoseNothingAcknowledged() {
        assertThatCutsLoseNothing(100_000, 20);
    }

    private static KeyCampaign.Report kill(Cluster cluster, int keys, int kills) {
        return new KeyCampaign(cluster, _ -> {})
                .run(keys, kills, LIMIT, SEED, random -> KeyKillsCommand.kill(cluster, random));
    }

    private static void assertThatCutsLoseNothing(int keys, int cuts) {
        try (var nodes = LostWrites.up(3)) {
            var report =
                    new KeyCampaign(nodes.cluster(), _ -> {})
                            .run(keys, cuts, LIMIT, SEED, nodes::cutPower);
            assertThatAllHolds(report, cuts);
            assertThat(nodes.lostBytes()).as("bytes that were not synced").isPositive();
        }
    }

    private static void assertThatAllHolds(KeyCampaign.Report report, int faults) {
        assertThat(report.violations()).as("violations with -Dkrg.seed=%d", SEED).isEmpty();
        assertThat(report.faults()).isEqualTo(faults);
        assertThat(report.answered()).as("answered calls").isGreaterThan(20L * faults);
    }
}
