// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.OwnershipMode;

class CoherenceSimulationTest {
    private static final int STEPS = 2_000;
    private static final int SEEDS = 60;
    private static final int LONG_SEEDS = 5_000;

    /// A touch takes about 30 steps, most of them deliveries to others; the slowest of these seeds
    /// comes to 37, where pages wait for a mirror.
    private static final int MANY_TOUCHES = 30;

    /// Seeds after which a breakage has to have shown.
    private static final int ENOUGH_SEEDS = 500;

    @ParameterizedTest
    @EnumSource
    void pagesStayCoherentWhileMessagesAreDelayed(OwnershipMode mode) {
        var kept = 0;
        var runs = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var run = run(seed, Breakage.NONE, mode, false, Origin.ZEROS);
            assertThat(run.touches()).as("seed %s", seed).isGreaterThan(MANY_TOUCHES);
            assertThat(run.losses()).as("seed %s", seed).isZero();
            kept += run.kept();
            runs += run.runs();
        }
        assertThat(kept).as("pages that came before they were touched").isGreaterThan(SEEDS);
        assertThat(runs).as("runs of pages").isGreaterThan(SEEDS / 4);
    }

    @ParameterizedTest
    @EnumSource
    void pagesStayCoherentWhileNodesTakeTurns(OwnershipMode mode) {
        var promoted = 0;
        var inVain = 0;
        for (var seed = SEEDS; seed < 5 * SEEDS; seed++) {
            if (TouchMix.hasTurns(seed)) {
                var run = run(seed, Breakage.NONE, mode, seed % 2 == 0, Origin.ZEROS);
                promoted += run.promoted();
                inVain += run.promotedInVain();
            }
        }
        assertThat(promoted).as("reads that were promoted").isGreaterThan(SEEDS / 3);
        assertThat(inVain).as("of these, in vain").isBetween(1, promoted - 1);
    }

    @ParameterizedTest
    @EnumSource
    void pagesStayCoherentWhileMembersEnd(OwnershipMode mode) {
        var ended = 0;
        var losses = 0;
        var noted = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var run = run(seed, Breakage.NONE, mode, true, Origin.ZEROS);
            ended += run.ended();
            losses += run.losses();
            noted += run.lossesNoted();
        }
        assertThat(ended).isGreaterThan(SEEDS);
        assertThat(losses).isGreaterThan(0);
        assertThat(noted).isGreaterThan(0);
    }

    @ParameterizedTest
    @EnumSource
    void pagesOfAFileStayCoherentWhileTheyAreWrittenBackAndMembersEnd(OwnershipMode mode) {
        var losses = 0;
        var loads = 0;
        var writesBack = 0;
        var loadsByMark = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var whole = run(seed, Breakage.NONE, mode, false, Origin.FILE);
            assertThat(whole.losses()).as("seed %s", seed).isZero();
            var run = run(seed, Breakage.NONE, mode, true, Origin.FILE);
            losses += run.losses();
            loads += run.loads();
            writesBack += run.writesBack();
            loadsByMark += run.loadsByMark();
        }
        assertThat(losses).isPositive();
        assertThat(loads).as("pages that came from the file").isGreaterThan(3 * SEEDS);
        assertThat(writesBack).as("pages that were written back").isGreaterThan(SEEDS);
        assertThat(loadsByMark > 0)
                .as("pages that a later home knew to be in the file")
                .isEqualTo(mode != OwnershipMode.ASYNC);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void pagesStayCoherentForMillionsOfSteps(OwnershipMode mode) {
        for (var seed = SEEDS; seed < LONG_SEEDS; seed++) {
            var origin = seed % 8 < 4 ? Origin.FILE : Origin.ZEROS;
            var _ = run(seed, Breakage.NONE, mode, seed % 4 != 0, origin);
        }
    }

    /// The simulation sees what it is there to see.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBrokenProtocolShows(Breakage breakage) {
        for (var seed = 0; seed < ENOUGH_SEEDS; seed++) {
            try {
                var origin = seed % 2 == 1 ? Origin.FILE : Origin.ZEROS;
                var _ = run(seed, breakage, breakage.mode, true, origin);
            } catch (InvariantBroken shown) {
                return;
            }
        }
        throw new AssertionError(breakage + " does not show");
    }

    /// What says who was granted pages of a file matters there too.
    @ParameterizedTest
    @EnumSource(
            names = {
                "GRANTED_BEFORE_COMMITTED",
                "RECORDS_NOT_READ",
                "GRANTED_BEFORE_NOTED",
                "NOTE_NOT_KEPT",
                "PARTIAL_MIRROR_BELIEVED",
                "FILE_ELSEWHERE_TAKEN_FOR_ZEROS",
                "MARK_TAKEN_FOR_NEWEST",
                "MARKED_UNASKED"
            })
    void aBrokenProtocolShowsInPagesOfAFile(Breakage breakage) {
        for (var seed = 0; seed < ENOUGH_SEEDS; seed++) {
            try {
                var _ = run(seed, breakage, breakage.mode, true, Origin.FILE);
            } catch (InvariantBroken shown) {
                return;
            }
        }
        throw new AssertionError(breakage + " does not show");
    }

    private static CoherenceSimulation run(
            int seed, Breakage breakage, OwnershipMode mode, boolean mayFail, Origin origin) {
        var simulation = new CoherenceSimulation(seed, breakage, mode, mayFail, origin);
        try {
            simulation.run(STEPS);
        } catch (InvariantBroken failed) {
            throw new InvariantBroken("seed " + seed + ": " + failed.getMessage(), failed);
        }
        return simulation;
    }
}
