// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.cluster.Installation;

/// The demo shows what it claims.
class DemoTest {
    /// The program runs twice, once undisturbed and once on a cluster that loses a node and a
    /// leader.
    private static final Duration TO_PLAY = Duration.ofMinutes(12);

    @Test
    void everyClaimHoldsAndNothingIsLeft(@TempDir Path scratch) {
        var directory = scratch.resolve("demo");
        var demo = play(Installation.find(scratch), directory);

        assertThat(demo.exit()).as("%s", demo).isZero();
        var report = demo.json();
        assertThat(report.path("nodes").asInt()).isEqualTo(3);
        assertThat(report.path("generations").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(report.path("recovered_after_seconds").asDouble()).isPositive();
        assertThat(report.path("rolled_back_iterations").isIntegralNumber()).isTrue();
        assertThat(report.path("leader_changes").asInt()).isPositive();
        assertThat(report.path("checksum").asText())
                .isNotEmpty()
                .isEqualTo(report.path("checksum_undisturbed").asText());
        assertThat(report.path("leftovers").isArray()).isTrue();
        assertThat(report.path("leftovers")).isEmpty();
        assertThat(directory).doesNotExist();
    }

    /// A demo that takes too long is killed, and cannot clean up then.
    private static Finished play(Installation installation, Path directory) {
        try {
            return installation.run(TO_PLAY, "demo", "-o", "json", "--dir", directory.toString());
        } catch (CampaignFailed tooLong) {
            installation.run("dev", "down", "--purge", "--dir", directory.toString());
            throw tooLong;
        }
    }
}
