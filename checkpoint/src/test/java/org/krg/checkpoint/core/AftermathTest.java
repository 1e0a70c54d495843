// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AftermathTest {
    @Test
    void aProgramThatRanRunsOn() {
        assertThat(Aftermath.of(false, false)).startsWith("The program goes on;");
    }

    @Test
    void whatAMoveHasStoppedStandsStillUntilTheLogSaysMore() {
        assertThat(Aftermath.of(false, true))
                .isEqualTo(
                        "The program stands still until the move is given up, and goes on here"
                                + " then");
    }

    @Test
    void whatItsUserHasFrozenDoesNotGoOn() {
        assertThat(Aftermath.of(true, false)).startsWith("The program stands still as before;");
        assertThat(Aftermath.of(true, true)).isEqualTo(Aftermath.of(true, false));
    }
}
