// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PutBackTest {
    @Test
    void whatIsAsItWasIsNotTouched() {
        assertThat(PutBack.plan(10, 10, true)).isEqualTo(PutBack.NOTHING);
        assertThat(PutBack.plan(0, 0, true)).isEqualTo(PutBack.NOTHING);
    }

    @Test
    void whatOnlyGrewIsCut() {
        assertThat(PutBack.plan(10, 11, true)).isEqualTo(PutBack.CUT);
    }

    @Test
    void whatDiffersIsShorterOrIsNotThereIsWrittenAnew() {
        assertThat(PutBack.plan(10, 10, false)).isEqualTo(PutBack.REWRITE);
        assertThat(PutBack.plan(10, 11, false)).isEqualTo(PutBack.REWRITE);
        assertThat(PutBack.plan(10, 9, true)).isEqualTo(PutBack.REWRITE);
        assertThat(PutBack.plan(10, -1, false)).isEqualTo(PutBack.REWRITE);
        assertThat(PutBack.plan(0, -1, false)).isEqualTo(PutBack.REWRITE);
    }
}
