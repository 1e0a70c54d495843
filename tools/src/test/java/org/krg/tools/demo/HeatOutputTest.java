// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HeatOutputTest {
    private static final String FIRST = "step 100/400  mean 50.1  checksum 00000000000000a1\n";
    private static final String SECOND = "step 200/400  mean 50.2  checksum 00000000000000a2\n";
    private static final String THIRD = "step 300/400  mean 50.3  checksum 00000000000000a3\n";

    private final HeatOutput output = new HeatOutput();

    @Test
    void theLastStepIsThatOfTheLastWholeLine() {
        assertThat(output.lastStep()).isZero();

        append(0, FIRST + SECOND + "step 300/4");

        assertThat(output.lastStep()).isEqualTo(200);
    }

    @Test
    void whatIsCutOffIsComputedAgain() {
        append(0, FIRST + SECOND + THIRD);

        var rolledBack = output.cutBackTo(FIRST.length());

        assertThat(rolledBack).isEqualTo(200);
        assertThat(output.toString()).isEqualTo(FIRST);
    }

    @Test
    void aCutInsideALineTakesTheWholeStepBack() {
        append(0, FIRST + SECOND);

        assertThat(output.cutBackTo(FIRST.length() + 7)).isEqualTo(100);
    }

    @Test
    void fromTheBeginningEverythingIsComputedAgain() {
        append(0, FIRST + SECOND);

        assertThat(output.cutBackTo(0)).isEqualTo(200);
        assertThat(output.length()).isZero();
    }

    @Test
    void aCutBehindWhatCameTakesNothingBack() {
        append(0, FIRST);

        assertThat(output.cutBackTo(FIRST.length() + SECOND.length())).isZero();
        assertThat(output.toString()).isEqualTo(FIRST);
    }

    @Test
    void whatComesTwiceIsTakenOnce() {
        append(0, FIRST);
        append(10, (FIRST + SECOND).substring(10));
        append(0, FIRST);

        assertThat(output.toString()).isEqualTo(FIRST + SECOND);
    }

    @Test
    void aGapIsAnError() {
        append(0, FIRST);

        assertThatThrownBy(() -> append(FIRST.length() + 1, SECOND))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("goes on at byte");
    }

    @Test
    void theChecksumIsTheLastLine() {
        append(0, FIRST);
        assertThat(output.findChecksum()).isEmpty();

        append(FIRST.length(), "checksum 00000000000000ff\n");
        assertThat(output.findChecksum()).contains("00000000000000ff");
    }

    private void append(long offset, String text) {
        output.append(offset, text);
    }
}
