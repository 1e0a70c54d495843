// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.jepsen.check.SimulatedStore.Mistake;
import org.krg.testkit.Seeds;

/// Whether the checkers tell a store that keeps its promises from one that does not.
class HistoryCheckersTest {
    private static final int RUNS = 80;

    @Test
    void aStoreWithoutMistakeIsNotAccused() {
        Seeds.run(
                RUNS,
                random -> {
                    var history = SimulatedStore.run(random, Mistake.NONE, 4, 40);

                    assertThat(Replay.violations(history.calls(), history.log())).isEmpty();
                    assertThat(Linearizability.violations(history.calls())).isEmpty();
                    assertThat(Sessions.violations(history.calls())).isEmpty();
                });
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void everyMistakeIsSeenInTheOrderOfRevisions(Mistake mistake) {
        var made = new AtomicInteger();
        Seeds.run(
                RUNS,
                random -> {
                    var history = SimulatedStore.run(random, mistake, 4, 40);
                    if (history.erred()) {
                        made.incrementAndGet();
                        assertThat(Replay.violations(history.calls(), history.log())).isNotEmpty();
                    }
                });
        assertThat(made).as("runs in which it was made").hasValueGreaterThan(RUNS / 3);
    }

    /// Without revisions a mistake shows only if somebody reads what it did, before it is
    /// overwritten.
    @ParameterizedTest
    @EnumSource(names = {"LOST_WRITE", "STALE_READ", "REFUSED_AND_DONE", "DONE_BY_HALF"})
    void manyMistakesAreSeenWithoutAnyRevision(Mistake mistake) {
        var made = new AtomicInteger();
        var seen = new AtomicInteger();
        Seeds.run(
                RUNS,
                random -> {
                    var history = SimulatedStore.run(random, mistake, 4, 40);
                    made.addAndGet(history.erred() ? 1 : 0);
                    seen.addAndGet(
                            history.erred()
                                            && !Linearizability.violations(history.calls())
                                                    .isEmpty()
                                    ? 1
                                    : 0);
                });
        assertThat(seen.get() * 5).as("seen of " + made).isGreaterThan(made.get());
    }
}
