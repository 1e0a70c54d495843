// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.host.core.ScrubRound.Step;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

final class ScrubRoundTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Generation FIRST = taken(7, 1, NOW.minusSeconds(60));
    private static final Generation SECOND = taken(7, 2, NOW.minusSeconds(30));
    private static final Generation OTHER = taken(9, 1, NOW.minusSeconds(90));
    private static final List<Generation> HELD = List.of(FIRST, SECOND, OTHER);

    @Test
    void aNodeThatHasReadNothingBeginsAtOnceAndReadsEachOnce() {
        assertThat(read(ScrubRound.NEVER, NOW, 3)).containsExactly(id(7, 1), id(7, 2), id(9, 1));
    }

    @Test
    void afterARestartItGoesOnBehindTheLastOne() {
        var round = new ScrubRound(NOW, Optional.of(id(7, 1)));
        assertThat(round.next(HELD, NOW.plusSeconds(5), WEEK))
                .isEqualTo(new Step.Read(id(7, 2), new ScrubRound(NOW, Optional.of(id(7, 2)))));
    }

    @Test
    void theNextRoundBeginsAPeriodAfterTheLastOneBegan() {
        var over = new ScrubRound(NOW, Optional.of(id(9, 1)));
        assertThat(over.next(HELD, NOW.plusSeconds(100), WEEK))
                .isEqualTo(new Step.Wait(NOW.plus(WEEK)));
        var later = NOW.plus(WEEK);
        assertThat(over.next(HELD, later, WEEK))
                .isEqualTo(new Step.Read(id(7, 1), new ScrubRound(later, Optional.of(id(7, 1)))));
    }

    @Test
    void aRoundThatTakesLongerThanThePeriodIsFinishedFirst() {
        var late = new ScrubRound(NOW, Optional.of(id(7, 1)));
        assertThat(late.next(HELD, NOW.plus(WEEK.multipliedBy(3)), WEEK))
                .isEqualTo(new Step.Read(id(7, 2), new ScrubRound(NOW, Optional.of(id(7, 2)))));
    }

    @Test
    void whatIsWrittenMeanwhileWaitsForTheNextRound() {
        var over = new ScrubRound(NOW, Optional.of(id(7, 2)));
        var held = List.of(FIRST, SECOND, taken(7, 3, NOW.plusSeconds(1)));
        assertThat(over.next(held, NOW.plusSeconds(2), WEEK)).isInstanceOf(Step.Wait.class);
    }

    @Test
    void whatWasDroppedIsPassedOver() {
        var round = new ScrubRound(NOW, Optional.of(id(7, 2)));
        assertThat(round.next(List.of(OTHER), NOW, WEEK))
                .isEqualTo(new Step.Read(id(9, 1), new ScrubRound(NOW, Optional.of(id(9, 1)))));
    }

    @Test
    void aClockThatWasSetBackPutsNothingOff() {
        var over = new ScrubRound(NOW, Optional.of(id(9, 1)));
        var before = NOW.minus(Duration.ofDays(400));
        assertThat(over.next(HELD, before, WEEK)).isInstanceOf(Step.Read.class);
    }

    @Test
    void aNodeWithoutCopiesWaits() {
        assertThat(ScrubRound.NEVER.next(List.of(), NOW, WEEK))
                .isEqualTo(new Step.Wait(NOW.plus(WEEK)));
    }

    private static List<GenerationId> read(ScrubRound begin, Instant now, int count) {
        var read = new ArrayList<GenerationId>();
        var round = begin;
        while (round.next(HELD, now, WEEK) instanceof Step.Read(var generation, var after)) {
            read.add(generation);
            round = after;
            assertThat(read).hasSizeLessThanOrEqualTo(count);
        }
        return read;
    }

    private static GenerationId id(long process, long number) {
        return new GenerationId(new ProcessId(process), number);
    }

    private static Generation taken(long process, long number, Instant taken) {
        return Images.generation(process, number, taken, Duration.ZERO);
    }
}
