// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CpuSetTest {
    @Test
    void itIsListedAsTheKernelDoes() {
        assertThat(new CpuSet(List.of(8, 0, 3, 1, 2, 1))).hasToString("0-3,8");
        assertThat(new CpuSet(List.of(5))).hasToString("5");
        assertThat(new CpuSet(List.of())).hasToString("");
    }

    @Test
    void whatBothHaveIsLeft() {
        var pinned = new CpuSet(List.of(1, 2, 70));

        assertThat(pinned.within(new CpuSet(List.of(0, 1, 70)))).hasToString("1,70");
        assertThat(pinned.within(new CpuSet(List.of(0, 3))).isEmpty()).isTrue();
    }

    @Test
    void itsBitsAreTheKernels() {
        var bits = BitSet.valueOf(new byte[] {0b101, 0, 1});

        assertThat(CpuSet.of(bits)).hasToString("0,2,16");
        assertThat(CpuSet.of(bits).bits()).isEqualTo(bits);
    }
}
