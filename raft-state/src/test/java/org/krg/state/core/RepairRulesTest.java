// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.core.RepairStep.CutTail;
import org.krg.state.core.RepairStep.PutAside;
import org.krg.state.core.RepairStep.PutRowsAside;
import org.krg.state.core.StorageFindings.FoundSnapshot;
import org.krg.state.core.StorageFindings.TornTail;

class RepairRulesTest {
    private static final FoundSnapshot SOUND = new FoundSnapshot("s90", 90, Optional.empty());
    private static final FoundSnapshot DAMAGED =
            new FoundSnapshot("s80", 80, Optional.of("s80 is damaged"));

    @Test
    void nothingIsDoneToSoundStorage() {
        var found = found(Optional.empty(), 100, List.of(SOUND), 100, Optional.empty());
        assertThat(found.isSound()).isTrue();
        assertThat(RepairRules.plan(found))
                .isEqualTo(new RepairRules.Plan(List.of(), Optional.empty()));
    }

    @Test
    void aTailBehindWhatWasAcknowledgedIsCut() {
        var torn = Optional.of(new TornTail("log", 77));
        assertThat(RepairRules.plan(found(torn, 100, List.of(), 100, Optional.empty())).steps())
                .containsExactly(new CutTail("log", 77));
    }

    @Test
    void aTailThatReachesIntoWhatWasAcknowledgedIsNot() {
        var torn = Optional.of(new TornTail("log", 77));
        var plan = RepairRules.plan(found(torn, 99, List.of(), 100, Optional.empty()));
        assertThat(plan.steps()).isEmpty();
        assertThat(plan.impossible()).hasValueSatisfying(why -> assertThat(why).contains("99"));
    }

    @Test
    void aDamagedSnapshotIsMovedAside() {
        var found = found(Optional.empty(), 100, List.of(DAMAGED, SOUND), 100, Optional.empty());
        assertThat(found.isSound()).isFalse();
        assertThat(RepairRules.plan(found).steps())
                .containsExactly(new PutAside("s80", "s80 is damaged"));
    }

    @Test
    void damagedRowsAreMadeAnewOfASnapshotThatTheLogGoesOnFrom() {
        var found = found(Optional.empty(), 100, List.of(SOUND), -1, Optional.of("bad"));
        assertThat(RepairRules.plan(found).steps()).containsExactly(new PutRowsAside("bad"));
    }

    @Test
    void damagedRowsWithoutASoundSnapshotCannotBeMadeAnew() {
        var found = found(Optional.empty(), 100, List.of(DAMAGED), -1, Optional.of("bad"));
        assertThat(RepairRules.plan(found).impossible()).isPresent();
    }

    @Test
    void rowsThatLeadUpToTheLogAreEnoughWhereTheNewestSnapshotIsDamaged() {
        var old = new FoundSnapshot("s20", 20, Optional.empty());
        var found = found(Optional.empty(), 100, List.of(old, DAMAGED), 100, Optional.empty());
        assertThat(RepairRules.plan(found).steps())
                .containsExactly(new PutAside("s80", "s80 is damaged"));
    }

    @Test
    void aLogThatNothingLeadsUpToCannotBeUsed() {
        var old = new FoundSnapshot("s48", 48, Optional.empty());
        var found = found(Optional.empty(), 100, List.of(old), 48, Optional.empty());
        assertThat(found.isSound()).isFalse();
        assertThat(found.problems())
                .containsExactly(
                        "the log begins at entry 50 and no sound snapshot or rows lead up to it");
        assertThat(RepairRules.plan(found).impossible()).contains(found.problems().getFirst());

        var rows = found(Optional.empty(), 100, List.of(old), 49, Optional.empty());
        assertThat(rows.isSound()).isTrue();
    }

    @Test
    void aDamagedLogAndAMissingVoteCannotBeRepaired() {
        var damaged =
                new StorageFindings(
                        Optional.empty(),
                        Optional.empty(),
                        List.of("log is damaged"),
                        50,
                        70,
                        100,
                        List.of(SOUND),
                        100,
                        Optional.empty());
        var voteless =
                new StorageFindings(
                        Optional.of("raft-meta"),
                        Optional.empty(),
                        List.of(),
                        50,
                        100,
                        100,
                        List.of(),
                        100,
                        Optional.empty());
        assertThat(RepairRules.plan(damaged).impossible()).isPresent();
        assertThat(RepairRules.plan(voteless).impossible()).isPresent();
        assertThat(voteless.problems()).containsExactly("raft-meta is missing");
    }

    /// A log from entry 50 on, acknowledged up to 100.
    private static StorageFindings found(
            Optional<TornTail> tail,
            long last,
            List<FoundSnapshot> snapshots,
            long rows,
            Optional<String> rowsDamage) {
        return new StorageFindings(
                Optional.empty(), tail, List.of(), 50, last, 100, snapshots, rows, rowsDamage);
    }
}
