// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Recover;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;

/// What a node gives away in which order, and whom it hears when a block has its second home.
class NodeBlockTest {
    private static final Member FIRST = new Member(new NodeId("first"), 1);
    private static final Member SECOND = new Member(new NodeId("second"), 1);
    private static final Grant GRANT = new Grant(0, Access.WRITE, 1, Content.ZEROS);

    private final NodeBlock node = new NodeBlock(() -> 4);

    @BeforeEach
    void ask() {
        var _ = node.granted(FIRST, 1);
        assertThat(node.fault(0, true)).contains(toHome(FIRST, 1, new Request(0, true)));
    }

    @Test
    void aPageIsSentWhenNoProcessMayWriteItAnyMore() {
        var _ = node.received(FIRST, 1, GRANT);
        var sent = new Effect.Send(FIRST, 1, new Data(0), Payload.READ_OUT);
        assertThat(node.received(FIRST, 1, new Fetch(0)))
                .containsExactly(new Effect.Downgrade(0, 1), sent);
        assertThat(node.received(FIRST, 1, new Take(0)))
                .containsExactly(new Effect.Revoke(0, false, true), sent);
    }

    @Test
    void theNextHomeIsToldWhatIsHereAndAskedForWhatIsMissing() {
        assertThat(node.received(SECOND, 2, new Recover()))
                .containsExactly(
                        toHome(SECOND, 2, new Claim(node.copies())),
                        toHome(SECOND, 2, new Request(0, true)));
    }

    @Test
    void whatTheHomeBeforeGrantedTooLateIsNotTaken() {
        var _ = node.received(SECOND, 2, new Recover());
        assertThat(node.received(FIRST, 1, GRANT)).isEmpty();
        assertThat(node.received(SECOND, 1, GRANT)).isEmpty();
        assertThat(node.received(FIRST, 2, GRANT)).isEmpty();
        assertThat(node.access(0)).isEqualTo(Access.NONE);
    }

    @Test
    void whatTheHomeBeforeWantsToHaveStays() {
        var _ = node.received(FIRST, 1, GRANT);
        var _ = node.received(SECOND, 2, new Recover());
        assertThat(node.received(FIRST, 1, new Take(0))).isEmpty();
        assertThat(node.received(FIRST, 1, new Recover())).isEmpty();
        assertThat(node.access(0)).isEqualTo(Access.WRITE);
    }

    private static Effect toHome(Member home, long epoch, PageMessage.ToHome message) {
        return new Effect.Send(home, epoch, message, Payload.NONE);
    }
}
