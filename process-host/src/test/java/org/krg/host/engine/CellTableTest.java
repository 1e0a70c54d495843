// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Images;
import org.krg.host.core.ObservedCell;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.model.Revision;
import org.krg.state.model.Usage;

class CellTableTest {
    private static final CellId CELL = new CellId(1, 1);
    private static final Revision REVISION = new Revision(5);

    private final FakeMachine machine = new FakeMachine();
    private final CellTable cells = new CellTable(machine);

    @BeforeEach
    void aCellThatIsOver() {
        machine.put(CELL, new State.Over(new ProcessExit.Exited(0), Usage.UNKNOWN, Images.NOW));
        assertThat(cells.survey()).containsExactly(CELL);
        cells.released(CELL);
    }

    @Test
    void aReportIsOverWhenTheReplicaHasSeenItsAnswer() {
        cells.begin(CELL, Work.REPORTING);
        cells.reported(CELL, REVISION);

        assertThat(work(new Revision(4), Duration.ZERO)).isEqualTo(Work.REPORTING);
        assertThat(work(REVISION, Duration.ZERO)).isEqualTo(Work.NONE);
    }

    @Test
    void whatIsRefusedAgainAndAgainIsNotReportedAgainAtOnce() {
        refuse(Duration.ZERO);
        assertThat(work(REVISION, Duration.ZERO)).isEqualTo(Work.NONE);

        refuse(Duration.ZERO);
        assertThat(work(REVISION, Duration.ofMillis(999))).isEqualTo(Work.REPORTING);
        assertThat(work(REVISION, Duration.ofSeconds(1))).isEqualTo(Work.NONE);

        refuse(Duration.ofSeconds(1));
        assertThat(work(REVISION, Duration.ofMillis(1_999))).isEqualTo(Work.REPORTING);
    }

    @Test
    void aReportThatIsAcceptedEndsTheRow() {
        refuse(Duration.ZERO);
        cells.begin(CELL, Work.REPORTING);
        cells.reported(CELL, REVISION);
        refuse(Duration.ZERO);

        assertThat(work(REVISION, Duration.ZERO)).isEqualTo(Work.NONE);
    }

    @Test
    void aCellThatCannotBeLookedAtIsAsItWasSeenLastAndOthersAreLookedAt() {
        var other = new CellId(2, 1);
        machine.put(other, new State.Alive(false));
        cells.survey();
        cells.released(CELL);
        cells.observe(REVISION, Duration.ZERO);

        machine.hide(CELL);
        machine.put(other, new State.Alive(true));

        assertThat(cells.observe(REVISION, Duration.ZERO))
                .extracting(ObservedCell::state)
                .containsExactly(
                        new State.Over(new ProcessExit.Exited(0), Usage.UNKNOWN, Images.NOW),
                        new State.Alive(true));
        assertThat(cells.unreleased(Duration.ZERO)).isEmpty();
    }

    @Test
    void aRemovalThatFailsIsNotTriedAgainAtOnce() {
        assertThat(cells.mayRemove(CELL, Duration.ZERO)).isTrue();
        assertThat(cells.mayRemove(CELL, Duration.ofMinutes(1))).isFalse();

        cells.notRemoved(CELL, Duration.ofSeconds(5));

        assertThat(cells.mayRemove(CELL, Duration.ofMillis(5_999))).isFalse();
        assertThat(cells.mayRemove(CELL, Duration.ofSeconds(6))).isTrue();
    }

    private void refuse(Duration clock) {
        cells.begin(CELL, Work.REPORTING);
        cells.refused(CELL, REVISION, clock);
    }

    private Work work(Revision replica, Duration clock) {
        return cells.observe(replica, clock).getFirst().work();
    }
}
