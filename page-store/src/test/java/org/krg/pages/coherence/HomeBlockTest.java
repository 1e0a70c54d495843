// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;

/// What a home takes in, and from whom.
class HomeBlockTest {
    private static final Member SELF = new Member(new NodeId("self"), 1);
    private static final Member OTHER = new Member(new NodeId("other"), 1);
    private static final Claim CLAIM = new Claim(List.of(new Copy(0, Access.WRITE, 7)));

    @Test
    void whatIsMeantForTheHomeOfAnotherEpochIsNotTaken() {
        var home = new HomeBlock(SELF, 3, List.of(SELF, OTHER));
        assertThat(home.start()).hasSize(2);
        assertThat(home.received(OTHER, 2, CLAIM)).isEmpty();
        assertThat(home.received(SELF, 3, new Claim(List.of()))).isEmpty();
        assertThat(home.isRecovering()).isTrue();

        assertThat(home.received(OTHER, 3, CLAIM)).isEmpty();
        assertThat(home.isRecovering()).isFalse();
        assertThat(home.received(OTHER, 2, new Request(1, true))).isEmpty();
        assertThat(home.entries()).extracting(HomeEntry::page).containsExactly(0);
    }
}
