// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.Operation;
import org.krg.state.engine.Session.Judgement;
import org.krg.state.model.SessionId;

final class SessionTableTest {
    private static final SessionId FIRST = new SessionId(-1);
    private static final long SMALL = 60;

    /// A session with so many of them has a quarter of what all may have.
    private static final long LARGE = SessionTable.REPLY_BYTES / (4 * Session.WINDOW);

    private final SessionTable table = SessionTable.empty();
    private final List<RowWrite> changes = new ArrayList<>();

    @Test
    void theSessionUsedLeastRecentlyIsForgottenBeyondTheLimit() {
        table.seen(FIRST, 1, SMALL, changes);
        for (var id = 1; id <= SessionTable.LIMIT; id++) {
            table.seen(new SessionId(id), 1, SMALL, changes);
        }
        table.addRows(changes);

        assertThat(table.judge(FIRST, 1, Operation.UNKNOWN)).isEqualTo(Judgement.FRESH);
        assertThat(table.judge(FIRST, 1_000, Operation.UNKNOWN)).isEqualTo(Judgement.EXPIRED);
        assertThat(table.judge(new SessionId(1), 1, Operation.UNKNOWN))
                .isEqualTo(Judgement.REPEATED);
        assertThat(changes)
                .filteredOn(RowWrite.Delete.class::isInstance)
                .extracting(RowWrite::family)
                .containsExactlyInAnyOrder(Family.SESSIONS, Family.REPLIES);
    }

    /// It may have been applied in a session that is forgotten.
    @Test
    void whatWasHandedInBeforeAForgottenSessionWasUsedIsExpired() {
        table.begin(5);
        table.seen(FIRST, 1, SMALL, changes);
        table.begin(6);
        for (var id = 1; id <= SessionTable.LIMIT; id++) {
            table.seen(new SessionId(id), 1, SMALL, changes);
        }
        table.addRows(changes);

        assertThat(table.judge(FIRST, 1, 4)).isEqualTo(Judgement.EXPIRED);
        assertThat(table.judge(new SessionId(-7), 1, 4)).isEqualTo(Judgement.EXPIRED);
        assertThat(table.judge(new SessionId(-7), 1, 5)).isEqualTo(Judgement.FRESH);
        assertThat(changes).contains(StoredState.forgottenRow(5));
    }

    @Test
    void aSessionIsOneRowHoweverOftenItIsUsedInAnEntry() {
        for (var sequence = 1; sequence <= 20; sequence++) {
            table.seen(FIRST, sequence, SMALL, changes);
        }
        table.addRows(changes);

        assertThat(changes).hasSize(1);
        changes.clear();
        table.addRows(changes);
        assertThat(changes).isEmpty();
    }

    @Test
    void aRepetitionKeepsASessionInUse() {
        table.seen(FIRST, 1, SMALL, changes);
        for (var id = 1; id < SessionTable.LIMIT; id++) {
            table.seen(new SessionId(id), 1, SMALL, changes);
        }
        table.repeated(FIRST);
        table.seen(new SessionId(SessionTable.LIMIT), 1, SMALL, changes);

        assertThat(table.judge(FIRST, 1, Operation.UNKNOWN)).isEqualTo(Judgement.REPEATED);
        assertThat(table.judge(new SessionId(1), 1, Operation.UNKNOWN)).isEqualTo(Judgement.FRESH);
    }

    @Test
    void aRowHoldsTheWholeSession() {
        var session = Session.NEW.seen(1, 1, 7).seen(70, 2, 8).seen(128, 3, 9);
        var without = session.withoutReplies();

        assertThat(SessionTable.parse(SessionTable.row(session))).isEqualTo(session);
        assertThat(SessionTable.parse(SessionTable.row(without))).isEqualTo(without);
    }

    @Test
    void aRowOfAnOlderVersionKnowsNothingOfReplies() {
        var row = SessionTable.row(Session.NEW.seen(1, 1, 7));

        assertThat(SessionTable.parse(Arrays.copyOf(row, 32))).isEqualTo(Session.NEW.seen(1, 1, 0));
    }

    @Test
    void whereRepliesTakeTooMuchThoseOfTheLargestShareAreLetGoOfOldestFirst() {
        table.seen(FIRST, 1, SMALL, changes);
        for (var id = 1; id <= 4; id++) {
            fill(new SessionId(id));
        }
        assertThat(table.replyBytes()).isGreaterThan(SessionTable.REPLY_BYTES);
        assertThat(deletions(Family.REPLIES)).isZero();

        assertThat(table.seen(new SessionId(5), 1, LARGE, changes)).isTrue();

        assertThat(table.replyBytes()).isLessThan(SessionTable.REPLY_BYTES);
        assertThat(deletions(Family.REPLIES)).isEqualTo(Session.WINDOW);
        assertThat(judge(1, Session.WINDOW)).isEqualTo(Judgement.EXPIRED);
        assertThat(judge(1, Session.WINDOW + 1)).isEqualTo(Judgement.FRESH);
        assertThat(judge(2, 1)).isEqualTo(Judgement.REPEATED);
        assertThat(judge(5, 1)).isEqualTo(Judgement.REPEATED);
        assertThat(table.judge(FIRST, 1, Operation.UNKNOWN)).isEqualTo(Judgement.REPEATED);
    }

    /// Its operations overtake each other.
    @Test
    void whatASessionWhoseRepliesAreGoneHasNotSeenIsStillDone() {
        var session = new SessionId(1);
        for (var sequence = 2; sequence <= Session.WINDOW; sequence++) {
            table.seen(session, sequence, LARGE, changes);
        }
        for (var id = 2; id <= 5; id++) {
            fill(new SessionId(id));
        }
        changes.clear();

        assertThat(judge(1, 2)).isEqualTo(Judgement.EXPIRED);
        assertThat(judge(1, 1)).isEqualTo(Judgement.FRESH);
        assertThat(table.seen(session, 1, SMALL, changes)).isFalse();
        assertThat(judge(1, 1)).isEqualTo(Judgement.EXPIRED);
        assertThat(table.seen(session, 3 * Session.WINDOW, SMALL, changes)).isTrue();
        assertThat(judge(1, 3 * Session.WINDOW)).isEqualTo(Judgement.REPEATED);
        assertThat(deletions(Family.REPLIES)).isZero();
    }

    @Test
    void smallRepliesAreKeptWhateverOthersHave() {
        for (var id = 1; id <= 1_000; id++) {
            table.seen(new SessionId(id), 1, SMALL, changes);
        }
        for (var id = 2_001; id <= 2_020; id++) {
            fill(new SessionId(id));
            assertThat(table.replyBytes()).isLessThan(SessionTable.REPLY_BYTES + 2 * LARGE);
        }

        for (var id = 1; id <= 1_000; id++) {
            assertThat(judge(id, 1)).isEqualTo(Judgement.REPEATED);
        }
    }

    @Test
    void whatRepliesTakeIsKnownAgainFromTheRows() {
        table.seen(FIRST, 1, SMALL, changes);
        for (var id = 1; id <= 5; id++) {
            fill(new SessionId(id));
        }
        table.addRows(changes);
        var stored = new LinkedHashMap<SessionId, Session>();
        for (var change : changes) {
            if (change instanceof RowWrite.Put(_, var key, var row)) {
                stored.put(
                        new SessionId(RowKey.number(key.unsafe(), 0)),
                        SessionTable.parse(row.unsafe()));
            }
        }

        assertThat(stored).hasSize(6);
        assertThat(new SessionTable(stored, 0).replyBytes()).isEqualTo(table.replyBytes());
    }

    private void fill(SessionId session) {
        for (var sequence = 1; sequence <= Session.WINDOW; sequence++) {
            table.seen(session, sequence, LARGE, changes);
        }
    }

    private Judgement judge(long id, long sequence) {
        return table.judge(new SessionId(id), sequence, Operation.UNKNOWN);
    }

    private long deletions(Family family) {
        return changes.stream()
                .filter(change -> change instanceof RowWrite.Delete(var of, _) && of == family)
                .count();
    }
}
