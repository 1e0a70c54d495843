// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;

class MigratoryPatternTest {
    private static final Member A = new Member(new NodeId("a"), 1);
    private static final Member B = new Member(new NodeId("b"), 1);
    private static final Member C = new Member(new NodeId("c"), 1);

    private final MigratoryPattern pattern = new MigratoryPattern();

    @Test
    void twoTurnsInARowShowIt() {
        turn(A);
        assertThat(pattern.isShown()).isFalse();
        turn(B);
        assertThat(pattern.isShown()).isTrue();
    }

    @Test
    void whoReadsWhatAnotherWritesAgainShowsNothing() {
        for (var round = 0; round < 4; round++) {
            pattern.read(B);
            pattern.written(A);
        }
        assertThat(pattern.isShown()).isFalse();
    }

    @Test
    void aTurnWithAnotherReaderIsNone() {
        turn(A);
        pattern.read(C);
        pattern.read(B);
        pattern.written(B);
        turn(A);
        assertThat(pattern.isShown()).isFalse();
        turn(B);
        assertThat(pattern.isShown()).isTrue();
    }

    @Test
    void aWriteWithoutAReadIsNoTurnAndSaysNothingOfWhatIsShown() {
        turn(A);
        pattern.written(C);
        turn(B);
        assertThat(pattern.isShown()).isFalse();
        turn(A);
        pattern.written(C);
        assertThat(pattern.isShown()).isTrue();
    }

    @Test
    void whatSpeaksAgainstItHasItShownAnew() {
        turn(A);
        turn(B);
        pattern.forget();
        turn(A);
        assertThat(pattern.isShown()).isFalse();
        turn(B);
        assertThat(pattern.isShown()).isTrue();

        pattern.read(A);
        pattern.written(B);
        assertThat(pattern.isShown()).isFalse();
    }

    private void turn(Member node) {
        pattern.read(node);
        pattern.written(node);
    }
}
