// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.pages.coherence.Effect.Load;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Lost;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.state.model.BlockId;
import org.krg.state.model.Epoch;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageOwner;

/// What a home takes in, and from whom.
class HomeBlockTest {
    private static final Member SELF = new Member(new NodeId("self"), 1);
    private static final Member OTHER = new Member(new NodeId("other"), 1);
    private static final Member THIRD = new Member(new NodeId("third"), 1);
    private static final Member RECORDED = new Member(new NodeId("gone"), 1);
    private static final SortedMap<Integer, Long> NO_MARKS = Collections.emptySortedMap();
    private static final Claim CLAIM = new Claim(List.of(new Copy(0, Access.WRITE, 7)));

    @Test
    void whatIsMeantForTheHomeOfAnotherEpochIsNotTaken() {
        var home =
                new HomeBlock(
                        SELF,
                        3,
                        List.of(SELF, OTHER),
                        OwnershipMode.ASYNC,
                        Collections.emptySortedMap(),
                        Origin.ZEROS,
                        NO_MARKS);
        assertThat(home.start()).hasSize(2);
        assertThat(home.received(OTHER, 2, CLAIM)).isEmpty();
        assertThat(home.received(SELF, 3, new Claim(List.of()))).isEmpty();
        assertThat(home.isRecovering()).isTrue();

        assertThat(home.received(OTHER, 3, CLAIM))
                .containsExactly(new Effect.RecordOwner(0, 7, OTHER, 7));
        assertThat(home.isRecovering()).isFalse();
        assertThat(home.received(OTHER, 2, new Request(1, true))).isEmpty();
        assertThat(home.entries()).extracting(HomeEntry::page).containsExactly(0);
    }

    @Test
    void aPageWithoutARecordIsZerosWhereTheLogHasAllOfThem() {
        var home = recovering(OwnershipMode.SYNC);
        assertThat(home.received(OTHER, 3, new Claim(List.of())))
                .containsExactly(new Effect.NoteLost(5, RECORDED));

        assertThat(home.received(OTHER, 3, new Request(1, false)))
                .containsExactly(toOther(new Grant(1, Access.READ, 1, Content.ZEROS)));
        assertThat(home.received(OTHER, 3, new Request(5, false)))
                .containsExactly(toOther(new Lost(5)));
        assertThat(home.entries())
                .filteredOn(HomeEntry::lost)
                .singleElement()
                .isEqualTo(
                        new HomeEntry(5, List.of(), false, 0, false, true, Optional.of(RECORDED)));
    }

    @Test
    void aPageIsGrantedToBeWrittenWhenItsRecordIsThere() {
        var home = recovering(OwnershipMode.SYNC);
        var _ = home.received(OTHER, 3, new Claim(List.of()));

        assertThat(home.received(OTHER, 3, new Request(1, true)))
                .containsExactly(new Effect.RecordOwner(1, 1, OTHER, 1));
        assertThat(home.recorded(1, 1))
                .containsExactly(toOther(new Grant(1, Access.WRITE, 1, Content.ZEROS)));
        // Its owner is recorded: what the owner does with the page does not wait again.
        assertThat(home.received(SELF, 3, new Request(1, false)))
                .containsExactly(toOther(new PageMessage.Fetch(1)));
        var _ = home.received(OTHER, 3, new PageMessage.Data(1));
        var _ = home.received(OTHER, 3, new Request(1, true));
        assertThat(home.received(SELF, 3, new Invalidated(1)))
                .containsExactly(toOther(new Grant(1, Access.WRITE, 2, Content.KEPT)));
    }

    /// A home of epoch 3 hears what a mirror knows.
    @ParameterizedTest
    @CsvSource({"2, true, true", "2, false, false", "1, true, false"})
    void onlyTheWholeKnowledgeOfTheLastHomesMirrorIsBelieved(
            long epoch, boolean isComplete, boolean zeros) {
        var home = recovering(OwnershipMode.SEMISYNC);
        var note = new OwnerNote(7, 4, RECORDED);
        var mirrored = new PageMessage.Mirrored(new Notes(epoch, isComplete, List.of(note)));
        assertThat(home.received(OTHER, 3, mirrored)).isEmpty();
        var told = home.received(OTHER, 3, new Claim(List.of()));

        var known = epoch == 2 ? List.of(note) : List.<OwnerNote>of();
        assertThat(told)
                .contains(toOther(new PageMessage.Note(1, true, zeros, known)))
                .hasSize(epoch == 2 ? 4 : 2);
        assertThat(home.received(OTHER, 3, new Request(1, false)))
                .containsExactly(
                        toOther(zeros ? new Grant(1, Access.READ, 1, Content.ZEROS) : new Lost(1)));
        assertThat(home.received(OTHER, 3, new Request(7, false)))
                .containsExactly(toOther(new Lost(7)));
    }

    @Test
    void aHomeThatGrantedNothingToBeWrittenTakesNothingAlong() {
        var home =
                new HomeBlock(
                        SELF,
                        3,
                        List.of(SELF),
                        OwnershipMode.SEMISYNC,
                        Collections.emptySortedMap(),
                        Origin.ZEROS,
                        NO_MARKS);
        var _ = home.received(SELF, 3, new Claim(List.of()));

        assertThat(home.received(SELF, 3, new Request(1, false)))
                .containsExactly(
                        new Send(
                                SELF,
                                3,
                                new Grant(1, Access.READ, 1, Content.ZEROS),
                                Payload.NONE));
    }

    @Test
    void theFirstPageOfAnEpochGoesOnWhenTheLogKnowsItToo() {
        var home = first(OwnershipMode.SEMISYNC);
        var _ = home.received(SELF, 1, new Request(1, true));
        assertThat(home.received(OTHER, 1, new PageMessage.Noted(2))).isEmpty();

        var granted = new Send(SELF, 1, new Grant(1, Access.WRITE, 1, Content.ZEROS), Payload.NONE);
        assertThat(home.recorded(1, 1)).containsExactly(granted);

        var _ = home.received(SELF, 1, new Request(2, true));
        assertThat(home.received(OTHER, 1, new PageMessage.Noted(3))).hasSize(1);
    }

    @Test
    void whatTheMirrorConfirmedGoesOnWhenTheLogHasTheFirstPage() {
        var home = first(OwnershipMode.SEMISYNC);
        var _ = home.received(SELF, 1, new Request(1, true));
        var _ = home.received(SELF, 1, new Request(2, true));
        assertThat(home.received(OTHER, 1, new PageMessage.Noted(3))).isEmpty();

        assertThat(home.recorded(1, 1)).hasSize(2);
    }

    @Test
    void theNextMirrorIsToldAllThatIsNotInTheLog() {
        var members = List.of(SELF, OTHER, THIRD);
        var home =
                new HomeBlock(
                        SELF,
                        1,
                        members,
                        OwnershipMode.SEMISYNC,
                        Collections.emptySortedMap(),
                        Origin.ZEROS,
                        NO_MARKS);
        assertThat(home.start()).hasSize(1);
        var _ = home.received(SELF, 1, new Request(1, true));
        var _ = home.received(SELF, 1, new Request(2, true));
        var _ = home.recorded(1, 1);

        assertThat(home.gone(THIRD, List.of(SELF, OTHER)))
                .containsExactly(
                        new Effect.Send(
                                OTHER,
                                1,
                                new PageMessage.Note(
                                        4, true, true, List.of(new OwnerNote(2, 1, SELF))),
                                Payload.NONE));
        assertThat(home.received(THIRD, 1, new PageMessage.Noted(3))).isEmpty();
        assertThat(home.received(OTHER, 1, new PageMessage.Noted(4)))
                .containsExactly(
                        new Effect.Send(
                                SELF,
                                1,
                                new Grant(2, Access.WRITE, 1, Content.ZEROS),
                                Payload.NONE));
    }

    @Test
    void whatIsLostWithAHomeIsWhatNobodyElseHas() {
        var home = first(OwnershipMode.ASYNC);
        var _ = home.received(SELF, 1, new Request(0, true));
        var _ = home.received(OTHER, 1, new Request(1, true));
        var _ = home.received(SELF, 1, new Request(2, false));

        assertThat(home.onlyHere()).hasSize(BlockId.PAGES - 1).doesNotContain(1);
        var _ = home.received(OTHER, 1, new Request(2, false));
        var _ = home.received(SELF, 1, new Data(2));
        assertThat(home.onlyHere()).hasSize(BlockId.PAGES - 2).contains(0).doesNotContain(2);
    }

    @Test
    void zerosThatTheLogTellsOfAreNotLostWithAHome() {
        var home = first(OwnershipMode.SYNC);
        var _ = home.received(OTHER, 1, new Request(1, false));
        var _ = home.received(SELF, 1, new Request(2, false));

        assertThat(home.onlyHere()).containsExactly(2);
    }

    @Test
    void whatIsLostAlreadyIsNotLostOnceMore() {
        var home = recovering(OwnershipMode.ASYNC);
        var _ = home.received(OTHER, 3, new Claim(List.of(new Copy(0, Access.READ, 7))));

        assertThat(home.onlyHere()).isEmpty();
    }

    private static HomeBlock first(OwnershipMode mode) {
        return new HomeBlock(
                SELF,
                1,
                List.of(SELF, OTHER),
                mode,
                Collections.emptySortedMap(),
                Origin.ZEROS,
                NO_MARKS);
    }

    /// The log names the owner of page 5.
    private static HomeBlock recovering(OwnershipMode mode) {
        return recovering(mode, Origin.ZEROS, NO_MARKS);
    }

    private static HomeBlock recovering(
            OwnershipMode mode, Origin origin, SortedMap<Integer, Long> marks) {
        var records = new TreeMap<Integer, PageOwner>();
        records.put(5, new PageOwner(3, RECORDED, new Epoch(2), 0));
        var home = new HomeBlock(SELF, 3, List.of(SELF, OTHER), mode, records, origin, marks);
        var _ = home.start();
        var _ = home.received(SELF, 3, new Claim(List.of()));
        return home;
    }

    private static Effect toOther(PageMessage message) {
        return new Effect.Send(OTHER, 3, message, Payload.NONE);
    }

    @Test
    void aPageThatNobodyHasAnyMoreIsWhatTheFileHasIfThatIsTheNewestVersion() {
        var home = file(1, List.of(SELF, OTHER));
        assertThat(home.received(OTHER, 1, new Request(0, 2, false)))
                .containsExactly(new Load(0, 2));
        assertThat(home.loaded(0, 2))
                .containsExactly(
                        new Send(
                                OTHER,
                                1,
                                new Grant(0, 2, Access.READ, 1, Content.SENT),
                                Payload.RECEIVED));
        assertThat(home.received(OTHER, 1, new Request(1, true)))
                .contains(
                        new Send(
                                OTHER,
                                1,
                                new Grant(1, Access.WRITE, 2, Content.KEPT),
                                Payload.NONE));
        assertThat(home.isUnfiled(0)).isFalse();
        assertThat(home.isUnfiled(1)).isTrue();

        assertThat(home.gone(OTHER, List.of(SELF))).containsExactly(new Effect.NoteLost(1, OTHER));

        assertThat(home.received(SELF, 1, new Request(0, false))).containsExactly(new Load(0, 1));
        assertThat(home.received(SELF, 1, new Request(1, false))).containsExactly(lost(1));
    }

    @Test
    void whatWasWrittenBackIsTheNewestUntilSomebodyMayWriteItAgain() {
        var home = file(1, List.of(SELF, OTHER));
        var _ = home.received(SELF, 1, new Request(0, true));
        var _ = home.loaded(0, 1);
        assertThat(home.share(0)).containsExactly(toSelf(new Fetch(0)));
        var _ = home.received(SELF, 1, new Data(0));
        assertThat(home.share(0)).isEmpty();

        home.filed(0, 2);

        assertThat(home.isUnfiled(0)).isFalse();
        var _ = home.received(SELF, 1, new Request(0, true));
        assertThat(home.isUnfiled(0)).isTrue();
    }

    @Test
    void aPageThatCannotBeReadFromTheFileIsLost() {
        var home = file(1, List.of(SELF, OTHER));
        var _ = home.received(OTHER, 1, new Request(0, true));

        assertThat(home.unreadable(0, 1))
                .containsExactly(new Send(OTHER, 1, new Lost(0), Payload.NONE));

        assertThat(home.received(SELF, 1, new Request(0, false))).containsExactly(lost(0));
        assertThat(home.isUnfiled(0)).isTrue();
    }

    @Test
    void theNextHomeTakesNothingFromTheFileThatNobodyClaims() {
        var home = file(2, List.of(SELF));
        var _ = home.received(SELF, 2, new Claim(List.of(new Copy(0, Access.READ, 1))));

        assertThat(home.isUnfiled(0)).isFalse();
        assertThat(home.isUnfiled(1)).isTrue();
        assertThat(home.received(SELF, 2, new Request(1, false)))
                .containsExactly(new Send(SELF, 2, new Lost(1), Payload.NONE));
    }

    @Test
    void whatTheFileHasComesWhenOtherCopiesAreGivenUp() {
        var home = file(1, List.of(SELF, OTHER, THIRD));
        var _ = home.received(OTHER, 1, new Request(0, false));
        var _ = home.loaded(0, 1);
        var _ = home.received(THIRD, 1, new Request(0, false));
        var _ = home.received(OTHER, 1, new Data(0));
        var _ = home.received(SELF, 1, new Request(0, true));

        assertThat(home.gone(OTHER, List.of(SELF))).isEmpty();
        assertThat(home.received(THIRD, 1, new Invalidated(0)))
                .contains(new Load(0, 1))
                .doesNotContain(lost(0));
    }

    @Test
    void zerosThatNobodyWroteComeWhenOtherCopiesAreGivenUp() {
        var home = first(OwnershipMode.ASYNC);
        var _ = home.received(OTHER, 1, new Request(1, false));
        var _ = home.received(THIRD, 1, new Request(1, false));
        var _ = home.received(OTHER, 1, new Data(1));
        var _ = home.received(SELF, 1, new Request(1, true));

        assertThat(home.gone(OTHER, List.of(SELF, THIRD))).isEmpty();
        assertThat(home.received(THIRD, 1, new Invalidated(1)))
                .contains(toSelf(new Grant(1, Access.WRITE, 3, Content.ZEROS)));
    }

    @Test
    void whoKeptItsCopyAndIsOverTakesNothingAlongThatTheFileHas() {
        var home = file(1, List.of(SELF, OTHER, THIRD));
        var _ = home.received(OTHER, 1, new Request(0, false));
        var _ = home.loaded(0, 1);
        var _ = home.received(THIRD, 1, new Request(0, false));
        var _ = home.received(OTHER, 1, new Data(0));
        var _ = home.received(THIRD, 1, new Request(0, true));

        assertThat(home.gone(THIRD, List.of(SELF, OTHER))).isEmpty();
        assertThat(home.received(OTHER, 1, new Invalidated(0))).isEmpty();

        assertThat(home.received(SELF, 1, new Request(0, false))).containsExactly(new Load(0, 1));
    }

    /// The log names version 3 of page 5 as the newest.
    @ParameterizedTest
    @CsvSource({"SYNC, 3, true", "SYNC, 2, false", "ASYNC, 3, false"})
    void theNextHomeTakesFromTheFileWhatIsMarkedAndNobodyWasGrantedSince(
            OwnershipMode mode, long marked, boolean isThere) {
        var home = recovering(mode, Origin.FILE, new TreeMap<>(Map.of(5, marked)));
        var told = home.received(OTHER, 3, new Claim(List.of()));

        var lost = new Effect.NoteLost(5, RECORDED);
        assertThat(told.contains(lost)).isEqualTo(!isThere);
        assertThat(home.isUnfiled(5)).isEqualTo(!isThere);
        assertThat(home.received(OTHER, 3, new Request(5, false)))
                .containsExactly(isThere ? new Load(5, 1) : toOther(new Lost(5)));
    }

    @Test
    void aPageThatIsMarkedIsRecordedBeforeItsOwnerMayWriteItAgain() {
        var home = file(1, List.of(SELF, OTHER), OwnershipMode.SYNC);
        var _ = home.received(OTHER, 1, new Request(0, true));
        var _ = home.recorded(0, 2);
        var _ = home.loaded(0, 1);
        var _ = home.received(SELF, 1, new Request(0, false));
        var _ = home.received(OTHER, 1, new Data(0));
        home.filed(0, 2);
        assertThat(home.mark(0, 2)).isTrue();

        var asked = home.received(OTHER, 1, new Request(0, true));
        var given = home.received(SELF, 1, new Invalidated(0));

        assertThat(asked).contains(new Effect.RecordOwner(0, 3, OTHER, 1));
        assertThat(given).isEmpty();
        assertThat(home.mark(0, 2)).isFalse();
        assertThat(home.recorded(0, 3))
                .containsExactly(
                        new Send(
                                OTHER,
                                1,
                                new Grant(0, Access.WRITE, 3, Content.KEPT),
                                Payload.NONE));
    }

    @Test
    void aVersionIsMarkedWhenTheFileHasItAndTheLogKnows() {
        var home = file(1, List.of(SELF, OTHER), OwnershipMode.SYNC);
        var _ = home.received(OTHER, 1, new Request(0, true));
        var _ = home.recorded(0, 2);
        var _ = home.loaded(0, 1);
        assertThat(home.mark(0, 2)).isFalse();
        home.filed(0, 2);
        assertThat(home.mark(0, 2)).isTrue();

        // Its owner is recorded, and writes again before that is.
        var _ = home.received(SELF, 1, new Request(1, true));
        var _ = home.recorded(1, 2);
        var _ = home.loaded(1, 1);
        assertThat(home.share(1)).containsExactly(toSelf(new Fetch(1)));
        var _ = home.received(SELF, 1, new Data(1));
        assertThat(home.received(SELF, 1, new Request(1, true)))
                .contains(toSelf(new Grant(1, Access.WRITE, 3, Content.KEPT)));
        home.filed(1, 3);
        assertThat(home.mark(1, 3)).isFalse();
        var _ = home.recorded(1, 3);
        assertThat(home.mark(1, 3)).isTrue();
    }

    @Test
    void whereTheLogMayTrailNothingIsMarked() {
        var home = file(1, List.of(SELF, OTHER));
        var _ = home.received(OTHER, 1, new Request(0, true));
        var _ = home.loaded(0, 1);
        var _ = home.recorded(0, 2);
        home.filed(0, 2);

        assertThat(home.keepsMarks()).isFalse();
        assertThat(home.mark(0, 2)).isFalse();
    }

    /// It may not have read all marks there are.
    @Test
    void theNextHomeHasAPageRecordedBeforeItsOwnerMayWriteItAgain() {
        var home = recovering(OwnershipMode.SYNC, Origin.FILE, NO_MARKS);
        var _ = home.received(OTHER, 3, new Claim(List.of(new Copy(5, Access.READ, 3))));

        assertThat(home.received(OTHER, 3, new Request(5, true)))
                .containsExactly(new Effect.RecordOwner(5, 4, OTHER, 1));
        assertThat(home.recorded(5, 4))
                .containsExactly(toOther(new Grant(5, Access.WRITE, 4, Content.KEPT)));
    }

    @Test
    void aPageOfAFileIsLoadedToBeWrittenWhenItsRecordIsThere() {
        var home = file(1, List.of(SELF, OTHER), OwnershipMode.SYNC);

        assertThat(home.received(OTHER, 1, new Request(0, true)))
                .containsExactly(new Effect.RecordOwner(0, 2, OTHER, 2));
        assertThat(home.recorded(0, 2)).containsExactly(new Load(0, 1));
        assertThat(home.loaded(0, 1))
                .containsExactly(
                        new Send(
                                OTHER,
                                1,
                                new Grant(0, Access.WRITE, 2, Content.SENT),
                                Payload.RECEIVED));
    }

    @Test
    void aPageWhoseRecordIsAwaitedIsNotLoadedForWhoIsOver() {
        var home = file(1, List.of(SELF, OTHER), OwnershipMode.SYNC);
        var _ = home.received(OTHER, 1, new Request(0, true));

        assertThat(home.gone(OTHER, List.of(SELF))).isEmpty();
        assertThat(home.recorded(0, 2)).isEmpty();

        assertThat(home.received(SELF, 1, new Request(0, false))).containsExactly(new Load(0, 1));
        assertThat(home.isUnfiled(0)).isFalse();
    }

    @Test
    void theNextHomeTakesFromTheFileWhatNobodyWroteAsTheLogSays() {
        var home = recovering(OwnershipMode.SYNC, Origin.FILE, NO_MARKS);
        var _ = home.received(OTHER, 3, new Claim(List.of()));

        assertThat(home.received(OTHER, 3, new Request(1, false))).containsExactly(new Load(1, 1));
        assertThat(home.received(OTHER, 3, new Request(5, false)))
                .containsExactly(toOther(new Lost(5)));
        assertThat(home.isUnfiled(2)).isFalse();
        assertThat(home.isUnfiled(5)).isTrue();
    }

    @Test
    void aHomeThatIsNotWhereTheFileIsHasNothingOfIt() {
        var home = recovering(OwnershipMode.SYNC, Origin.FILE_ELSEWHERE, NO_MARKS);
        var _ = home.received(OTHER, 3, new Claim(List.of(new Copy(2, Access.READ, 1))));

        assertThat(home.received(OTHER, 3, new Request(1, false)))
                .containsExactly(toOther(new Lost(1)));
        assertThat(home.received(SELF, 3, new Request(2, false)))
                .containsExactly(toOther(new Fetch(2)));
    }

    @Test
    void whatTheNextHomeTakesFromTheFileIsNotLostWithThisOne() {
        var home = file(1, List.of(SELF, OTHER), OwnershipMode.SYNC);
        var _ = home.received(OTHER, 1, new Request(0, true));
        var _ = home.recorded(0, 2);
        var _ = home.loaded(0, 1);
        var _ = home.received(OTHER, 1, new Request(1, false));
        var _ = home.loaded(1, 1);
        home.filed(0, 2);
        assertThat(home.onlyHere()).isEmpty();

        var _ = home.gone(OTHER, List.of(SELF));

        // Nobody but this home knows that the file has it.
        assertThat(home.onlyHere()).containsExactly(0);
    }

    private static HomeBlock file(long epoch, List<Member> live) {
        return file(epoch, live, OwnershipMode.ASYNC);
    }

    private static HomeBlock file(long epoch, List<Member> live, OwnershipMode mode) {
        return new HomeBlock(
                SELF, epoch, live, mode, Collections.emptySortedMap(), Origin.FILE, NO_MARKS);
    }

    private static Send lost(int page) {
        return toSelf(new Lost(page));
    }

    private static Send toSelf(PageMessage.ToNode message) {
        return new Send(SELF, 1, message, Payload.NONE);
    }
}
