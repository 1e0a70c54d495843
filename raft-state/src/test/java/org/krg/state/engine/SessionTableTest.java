// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.Operation;
import org.krg.state.engine.Session.Judgement;
import org.krg.state.model.SessionId;

final class SessionTableTest {
    private static final SessionId FIRST = new SessionId(-1);

    private final SessionTable table = SessionTable.empty();
    private final List<RowWrite> changes = new ArrayList<>();

    @Test
    void theSessionUsedLeastRecentlyIsForgottenBeyondTheLimit() {
        table.seen(FIRST, 1, changes);
        for (var id = 1; id <= SessionTable.LIMIT; id++) {
            table.seen(new SessionId(id), 1, changes);
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
        table.seen(FIRST, 1, changes);
        table.begin(6);
        for (var id = 1; id <= SessionTable.LIMIT; id++) {
            table.seen(new SessionId(id), 1, changes);
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
            table.seen(FIRST, sequence, changes);
        }
        table.addRows(changes);

        assertThat(changes).hasSize(1);
        changes.clear();
        table.addRows(changes);
        assertThat(changes).isEmpty();
    }

    @Test
    void aRepetitionKeepsASessionInUse() {
        table.seen(FIRST, 1, changes);
        for (var id = 1; id < SessionTable.LIMIT; id++) {
            table.seen(new SessionId(id), 1, changes);
        }
        table.repeated(FIRST);
        table.seen(new SessionId(SessionTable.LIMIT), 1, changes);

        assertThat(table.judge(FIRST, 1, Operation.UNKNOWN)).isEqualTo(Judgement.REPEATED);
        assertThat(table.judge(new SessionId(1), 1, Operation.UNKNOWN)).isEqualTo(Judgement.FRESH);
    }

    @Test
    void aRowHoldsTheWholeSession() {
        var session = Session.NEW.seen(1, 1).seen(70, 2).seen(128, 3);

        assertThat(SessionTable.parse(SessionTable.row(session))).isEqualTo(session);
    }
}
