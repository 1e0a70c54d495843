// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyCampaignTest {
    @Test
    void aCampaignThatWroteHardlyAnythingShowsNothing() {
        assertThat(KeyCampaign.idle(1_000, 550)).isEmpty();
        assertThat(KeyCampaign.idle(1_000, 200)).isEmpty();

        assertThat(KeyCampaign.idle(300, 0)).hasSize(1);
        assertThat(KeyCampaign.idle(1_000, 199))
                .containsExactly(
                        "1000 calls were answered and 199 changes made: the load did not load");
    }
}
