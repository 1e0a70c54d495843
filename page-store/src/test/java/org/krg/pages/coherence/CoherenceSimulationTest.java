// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.state.model.InvariantBroken;

class CoherenceSimulationTest {
    private static final int STEPS = 2_000;
    private static final int SEEDS = 100;
    private static final int LONG_SEEDS = 5_000;

    /// A touch takes about 25 steps, most of them deliveries to others; the slowest of these seeds
    /// comes to 56.
    private static final int MANY_TOUCHES = 40;

    /// Seeds after which a breakage has to have shown.
    private static final int ENOUGH_SEEDS = 500;

    @Test
    void pagesStayCoherentWhileMessagesAreDelayed() {
        var kept = 0;
        var runs = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var run = run(seed, Breakage.NONE, false);
            assertThat(run.touches()).as("seed %s", seed).isGreaterThan(MANY_TOUCHES);
            assertThat(run.losses()).as("seed %s", seed).isZero();
            kept += run.kept();
            runs += run.runs();
        }
        assertThat(kept).as("pages that came before they were touched").isGreaterThan(SEEDS);
        assertThat(runs).as("runs of pages").isGreaterThan(SEEDS / 4);
    }

    @Test
    void pagesStayCoherentWhileMembersEnd() {
        var ended = 0;
        var losses = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var run = run(seed, Breakage.NONE, true);
            ended += run.ended();
            losses += run.losses();
        }
        assertThat(ended).isGreaterThan(SEEDS);
        assertThat(losses).isGreaterThan(0);
    }

    @Test
    @Tag("long")
    void pagesStayCoherentForMillionsOfSteps() {
        for (var seed = SEEDS; seed < LONG_SEEDS; seed++) {
            var _ = run(seed, Breakage.NONE, seed % 4 != 0);
        }
    }

    /// The simulation sees what it is there to see.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBrokenProtocolShows(Breakage breakage) {
        for (var seed = 0; seed < ENOUGH_SEEDS; seed++) {
            try {
                var _ = run(seed, breakage, true);
            } catch (InvariantBroken shown) {
                return;
            }
        }
        throw new AssertionError(breakage + " does not show");
    }

    private static CoherenceSimulation run(int seed, Breakage breakage, boolean mayFail) {
        var simulation = new CoherenceSimulation(seed, breakage, mayFail);
        try {
            simulation.run(STEPS);
        } catch (InvariantBroken failed) {
            throw new InvariantBroken("seed " + seed + ": " + failed.getMessage(), failed);
        }
        return simulation;
    }
}
