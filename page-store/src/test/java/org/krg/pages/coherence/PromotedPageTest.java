// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.pages.coherence.Effect.Install;
import org.krg.pages.coherence.Effect.NotePromoted;
import org.krg.pages.coherence.Effect.RecordOwner;
import org.krg.pages.coherence.Effect.Resume;
import org.krg.pages.coherence.Effect.Revoke;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.Effect.Upgrade;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Recover;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;

/// A page that one node after the other reads and writes: what its home makes of the next read, and
/// a node of what comes then.
class PromotedPageTest {
    private static final Member HOME = new Member(new NodeId("home"), 1);
    private static final Member OTHER = new Member(new NodeId("other"), 1);
    private static final Member THIRD = new Member(new NodeId("third"), 1);
    private static final Grant PROMOTED = new Grant(0, Access.WRITE, 4, Content.SENT);
    private static final List<Member> ALL = List.of(HOME, OTHER, THIRD);

    private final HomeBlock home = home(OwnershipMode.ASYNC);
    private final NodeBlock node = new NodeBlock(() -> 4);

    private static HomeBlock home(OwnershipMode mode) {
        return new HomeBlock(
                HOME,
                1,
                ALL,
                mode,
                Collections.emptySortedMap(),
                Origin.ZEROS,
                Collections.emptySortedMap());
    }

    /// Versions 1 to 3: zeros, and a turn of two nodes each.
    @BeforeEach
    void takeTurns() {
        say(OTHER, new Request(0, false));
        say(OTHER, new Request(0, true));
        say(THIRD, new Request(0, false));
        say(OTHER, new Data(0));
        say(THIRD, new Request(0, true));
        say(OTHER, new Invalidated(0));
    }

    @BeforeEach
    void askToRead() {
        var _ = node.granted(HOME, 1);
        assertThat(node.fault(0, false)).containsExactly(toHome(new Request(0, false)));
    }

    @Test
    void theNextReaderHasThePageAlone() {
        assertThat(say(OTHER, new Request(0, false)))
                .containsExactly(new RecordOwner(0, 4, OTHER, 1), to(THIRD, new Take(0)));
        assertThat(say(THIRD, new Data(0)))
                .containsExactly(new Send(OTHER, 1, PROMOTED, Payload.RECEIVED));
        assertThat(home.entries())
                .singleElement()
                .satisfies(page -> {
                    assertThat(page.holders()).containsExactly(OTHER);
                    assertThat(page.exclusive()).isTrue();
                    assertThat(page.owner()).contains(OTHER);
                });
    }

    @Test
    void whoHadItInVainIsTheLastButOneToHaveItSo() {
        say(OTHER, new Request(0, false));
        say(THIRD, new Data(0));
        say(HOME, new Request(0, false));
        assertThat(say(OTHER, new Data(0, 1, 1))).hasSize(1);

        assertThat(say(OTHER, new Request(0, false))).containsExactly(to(HOME, new Fetch(0)));
    }

    @Test
    void twoThatWaitToReadAreReaders() {
        say(HOME, new Request(0, true));
        say(OTHER, new Request(0, false));
        say(THIRD, new Request(0, false));

        assertThat(say(THIRD, new Data(0))).contains(to(HOME, new Fetch(0)));
    }

    @Test
    void whatNoProcessStandsStillForIsACopyAsEver() {
        assertThat(say(OTHER, new Request(0, 1, false, true)))
                .containsExactly(to(THIRD, new Fetch(0)));
        assertThat(node.need(2, false)).containsExactly(toHome(new Request(2, 1, false, true)));
        assertThat(node.willNeed(1, 2)).containsExactly(toHome(new Request(1, 1, false, true)));
    }

    @Test
    void aPromotedReadWaitsForItsRecordAsAWriteDoes() {
        var recorded = home(OwnershipMode.SYNC);
        for (var turn : List.of(new Turn(OTHER, THIRD, 1), new Turn(THIRD, OTHER, 2))) {
            var _ = recorded.received(turn.next, 1, new Request(0, false));
            var _ = recorded.received(turn.last, 1, new Data(0));
            var _ = recorded.received(turn.next, 1, new Request(0, true));
            var _ = recorded.received(turn.last, 1, new Invalidated(0));
            var _ = recorded.recorded(0, 1 + turn.number);
        }

        assertThat(recorded.received(OTHER, 1, new Request(0, false)))
                .containsExactly(new RecordOwner(0, 4, OTHER, 1));
        assertThat(recorded.recorded(0, 4)).containsExactly(to(THIRD, new Take(0)));
    }

    private record Turn(Member next, Member last, int number) {}

    @Test
    void processesOnlyReadItUntilTheFirstStoreWhichNeedsNobody() {
        assertThat(node.received(HOME, 1, PROMOTED))
                .containsExactly(
                        new NotePromoted(0, false), new Install(0, 1, false, Content.SENT));
        assertThat(node.fault(0, false)).containsExactly(new Resume(0, false));
        assertThat(node.access(0)).isEqualTo(Access.WRITE);

        assertThat(node.fault(0, true)).containsExactly(new Upgrade(0));
        assertThat(node.fault(0, true)).containsExactly(new Resume(0, true));
        assertThat(node.received(HOME, 1, new Take(0)))
                .containsExactly(new Revoke(0, true, true), data(0));
    }

    @Test
    void whoDidNotWriteItSaysSo() {
        var _ = node.received(HOME, 1, PROMOTED);
        assertThat(node.received(HOME, 1, new Take(0)))
                .containsExactly(new Revoke(0, false, true), new NotePromoted(0, true), data(1));
    }

    @Test
    void whoIsToShareItSaysSoOnce() {
        var _ = node.received(HOME, 1, PROMOTED);
        assertThat(node.received(HOME, 1, new Fetch(0)))
                .containsExactly(new Effect.ReadOut(0, 1), new NotePromoted(0, true), data(1));
        assertThat(node.received(HOME, 1, new Fetch(0)))
                .containsExactly(new Effect.ReadOut(0, 1), data(0));
        assertThat(node.fault(0, true)).containsExactly(toHome(new Request(0, true)));
    }

    @Test
    void whoWantsToWriteMeanwhileDoes() {
        assertThat(node.fault(0, true)).isEmpty();
        assertThat(node.received(HOME, 1, PROMOTED))
                .containsExactly(new Install(0, 1, true, Content.SENT));
    }

    @Test
    void theNextHomeHearsOfItAsOfAPageThatIsWritten() {
        var _ = node.received(HOME, 1, PROMOTED);
        assertThat(node.received(OTHER, 2, new Recover()))
                .contains(
                        new Send(
                                OTHER,
                                2,
                                new Claim(List.of(new Copy(0, Access.WRITE, 4))),
                                Payload.NONE));
        assertThat(node.fault(0, true)).containsExactly(new Upgrade(0));
    }

    private List<Effect> say(Member from, ToHome message) {
        return home.received(from, 1, message);
    }

    private static Effect to(Member member, ToNode message) {
        return new Send(member, 1, message, Payload.NONE);
    }

    private static Effect toHome(ToHome message) {
        return new Send(HOME, 1, message, Payload.NONE);
    }

    private static Effect data(long unwritten) {
        return new Send(HOME, 1, new Data(0, 1, unwritten), Payload.READ_OUT);
    }
}
