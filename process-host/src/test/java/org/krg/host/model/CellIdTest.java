// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CellIdTest {
    @Test
    void anIdIsReadAsItIsWritten() {
        var id = new CellId(12, 3);

        assertThat(id).hasToString("12.3");
        assertThat(CellId.find("12.3")).contains(id);
    }

    @Test
    void otherNamesAreNoIds() {
        assertThat(Stream.of("", "12", "12.", ".3", "-1.2", "12.3.4", "lost+found"))
                .allSatisfy(name -> assertThat(CellId.find(name)).isEmpty());
        assertThatIllegalArgumentException().isThrownBy(() -> new CellId(-1, 0));
    }

    @Test
    void idsAreOrderedByNumberNotByText() {
        assertThat(Stream.of(new CellId(10, 1), new CellId(9, 12), new CellId(9, 2)).sorted())
                .containsExactly(new CellId(9, 2), new CellId(9, 12), new CellId(10, 1));
    }
}
