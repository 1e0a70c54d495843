// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class SeedsTest {
    @Test
    void everySeedGivesOtherNumbersAndAlwaysTheSame() {
        var first = new ArrayList<Long>();
        var second = new ArrayList<Long>();

        Seeds.run(5, random -> first.add(random.nextLong()));
        Seeds.run(5, random -> second.add(random.nextLong()));

        assertThat(first).isEqualTo(second).doesNotHaveDuplicates().isNotEmpty();
    }

    @Test
    void aFailureNamesItsSeed() {
        assertThatThrownBy(() ->
                        Seeds.run(1_000, random -> assertThat(random.nextInt(10)).isNotEqualTo(7)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dkrg.seed=");
    }
}
