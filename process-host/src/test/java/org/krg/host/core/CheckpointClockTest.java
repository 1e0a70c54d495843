// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.host.core.CheckpointClock.Periodic;
import org.krg.host.model.CellId;

final class CheckpointClockTest {
    private static final CellId CELL = new CellId(7, 1);
    private static final Duration EVERY = Duration.ofSeconds(8);
    private static final List<Periodic> ONE = List.of(new Periodic(CELL, EVERY));

    private final CheckpointClock clock = CheckpointClock.EMPTY.following(ONE, at(100));

    @Test
    void theFirstCheckpointIsDueOneIntervalAfterTheCellWasSeen() {
        assertThat(clock.due(at(107))).isEmpty();
        assertThat(clock.due(at(108))).containsExactly(CELL);
    }

    @Test
    void aCellThatIsStillThereKeepsItsTurn() {
        assertThat(clock.following(ONE, at(105)).due(at(108))).containsExactly(CELL);
    }

    @Test
    void whatIsOverOfTheIntervalOfANewCellCounts() {
        var moved = List.of(new Periodic(CELL, EVERY, Duration.ofSeconds(5)));
        var late = List.of(new Periodic(CELL, EVERY, Duration.ofSeconds(50)));

        var next = CheckpointClock.EMPTY.following(moved, at(100));
        assertThat(next.due(at(102))).isEmpty();
        assertThat(next.due(at(103))).containsExactly(CELL);
        assertThat(next.following(late, at(101)).due(at(102))).isEmpty();
        assertThat(CheckpointClock.EMPTY.following(late, at(100)).due(at(100)))
                .containsExactly(CELL);
    }

    @Test
    void aCellThatIsGoneIsNotDue() {
        assertThat(clock.following(List.of(), at(105)).due(at(1_000))).isEmpty();
    }

    @Test
    void theNextOneIsDueOneIntervalAfterTheLastBegan() {
        var next = clock.taken(CELL, at(108), at(109));
        assertThat(next.due(at(115))).isEmpty();
        assertThat(next.due(at(116))).containsExactly(CELL);
    }

    @Test
    void anotherIntervalShiftsTheTurn() {
        var shorter = List.of(new Periodic(CELL, Duration.ofSeconds(5)));

        assertThat(clock.following(shorter, at(101)).due(at(105))).containsExactly(CELL);
        var next = clock.taken(CELL, at(108), at(109)).following(shorter, at(110));
        assertThat(next.due(at(112))).isEmpty();
        assertThat(next.due(at(113))).containsExactly(CELL);
    }

    @Test
    void anotherIntervalDoesNotEndTheBackOff() {
        var failed = clock.failed(CELL, at(200));
        var shorter = List.of(new Periodic(CELL, Duration.ofSeconds(1)));

        assertThat(failed.following(shorter, at(201)).due(at(215))).isEmpty();
    }

    @Test
    void aCheckpointThatTakesLongLeavesTheProgramAQuarterOfTheInterval() {
        var next = clock.taken(CELL, at(108), at(120));
        assertThat(next.due(at(121))).isEmpty();
        assertThat(next.due(at(122))).containsExactly(CELL);
    }

    @Test
    void theWaitDoublesWithEachFailureUpToABound() {
        var once = clock.failed(CELL, at(200));
        assertThat(once.due(at(215))).isEmpty();
        assertThat(once.due(at(216))).containsExactly(CELL);

        var often = once;
        for (var failure = 0; failure < 20; failure++) {
            often = often.failed(CELL, at(200));
        }
        var cap = at(200).plus(CheckpointClock.MAX_BACK_OFF);
        assertThat(often.due(cap.minusSeconds(1))).isEmpty();
        assertThat(often.due(cap)).containsExactly(CELL);
    }

    @Test
    void aSuccessEndsTheBackOff() {
        var next = clock.failed(CELL, at(200)).taken(CELL, at(216), at(217));
        assertThat(next.due(at(224))).containsExactly(CELL);
    }

    @Test
    void whatIsNotPeriodicStaysSo() {
        assertThat(clock.taken(new CellId(8, 1), at(1), at(2))).isEqualTo(clock);
        assertThat(clock.failed(new CellId(8, 1), at(2))).isEqualTo(clock);
    }

    private static Duration at(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
