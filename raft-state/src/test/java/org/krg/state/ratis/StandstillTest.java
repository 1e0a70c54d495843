// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class StandstillTest {
    private static final Duration MOST = Duration.ofSeconds(2);

    private final Standstill standstill = new Standstill(MOST);
    private long second;

    private long look(long wanted, long forced) {
        second++;
        return lookLater(wanted, forced, 0);
    }

    private long lookLater(long wanted, long forced, long seconds) {
        second += seconds;
        return standstill.look(wanted, forced, Duration.ofSeconds(second).toNanos()).toSeconds();
    }

    @Test
    void whatIsForcedUpToWhatIsWantedDoesNotStand() {
        assertThat(look(7, 7)).isZero();
        assertThat(look(7, 7)).isZero();
        assertThat(look(7, 9)).isZero();
    }

    @Test
    void aLogThatIsNotForcedFurtherStandsFromTheFirstLookThatSawItOn() {
        assertThat(look(8, 7)).isZero();
        assertThat(look(8, 7)).isEqualTo(1);
        assertThat(look(12, 7)).isEqualTo(2);
    }

    @Test
    void oneThatIsForcedSlowlyDoesNotStand() {
        look(100, 7);
        look(100, 7);
        assertThat(look(100, 8)).isZero();
        assertThat(look(100, 8)).isEqualTo(1);
        assertThat(look(100, 9)).isZero();
    }

    @Test
    void oneThatCaughtUpBeginsAnew() {
        look(8, 7);
        look(8, 7);
        assertThat(look(8, 8)).isZero();
        assertThat(look(9, 8)).isZero();
        assertThat(look(9, 8)).isEqualTo(1);
    }

    @Test
    void aTimeInWhichNobodyLookedCountsAsALittle() {
        look(8, 7);
        assertThat(lookLater(8, 7, 3_600)).isEqualTo(MOST.toSeconds());
    }
}
