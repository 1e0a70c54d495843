// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Slowdown.Sample;

final class SlowdownTest {
    /// Until it was frozen at 10 s it used a whole processor.
    private static final Optional<Sample> BUSY = Optional.of(sample(0, 0));

    private static final Sample FROZEN = sample(10_000, 10_000);
    private static final Sample THAWED = sample(10_050, 10_000);

    @Test
    void aProgramThatKeepsItsPaceLosesNothing() {
        assertThat(Slowdown.of(BUSY, FROZEN, THAWED, sample(12_050, 12_000))).isZero();
    }

    @Test
    void whatItDoesNotGetIsLost() {
        assertThat(Slowdown.of(BUSY, FROZEN, THAWED, sample(12_050, 11_500)))
                .isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void anIdleProgramHasNoPaceToLose() {
        var idle = Optional.of(sample(0, 10_000));
        assertThat(Slowdown.of(idle, FROZEN, THAWED, sample(12_050, 10_000))).isZero();
    }

    @Test
    void nothingIsKnownWithoutAnEarlierSample() {
        assertThat(Slowdown.of(Optional.empty(), FROZEN, THAWED, sample(12_050, 10_000))).isZero();
    }

    @Test
    void neverLessThanNothingNorMoreThanTheTimeThatPassed() {
        var random = new SplittableRandom(4);
        for (var round = 0; round < 1_000; round++) {
            var end = sample(10_050 + random.nextLong(-10, 5_000), random.nextLong(20_000));
            var lost = Slowdown.of(BUSY, FROZEN, THAWED, end);
            assertThat(lost.isNegative()).isFalse();
            assertThat(lost).isLessThanOrEqualTo(Duration.ofSeconds(5));
        }
    }

    private static Sample sample(long atMillis, long cpuMillis) {
        return new Sample(Duration.ofMillis(atMillis), Duration.ofMillis(cpuMillis));
    }
}
