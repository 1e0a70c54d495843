// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.core.CollectionPlan.Stored;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

final class CollectionPlanTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void whatIsLiveStays() {
        assertThat(dead(List.of(stored(1, 1, 0), stored(1, 2, 0)), Set.of(id(1, 1), id(1, 2))))
                .isEmpty();
    }

    @Test
    void whatIsOlderThanALiveOneGoesAtOnce() {
        assertThat(dead(List.of(stored(1, 1, 0), stored(1, 2, 0)), Set.of(id(1, 2))))
                .containsExactly(id(1, 1));
    }

    @Test
    void whatIsNewerThanAllLiveOnesStaysForTenMinutes() {
        var live = Set.of(id(1, 1));
        assertThat(dead(List.of(stored(1, 1, 9999), stored(1, 2, 599)), live)).isEmpty();
        assertThat(dead(List.of(stored(1, 1, 9999), stored(1, 2, 600)), live))
                .containsExactly(id(1, 2));
    }

    @Test
    void theFirstOfAProcessMayBeAboutToBeCommitted() {
        assertThat(dead(List.of(stored(2, 1, 1)), Set.of(id(1, 5)))).isEmpty();
        assertThat(dead(List.of(stored(2, 1, 601)), Set.of(id(1, 5)))).containsExactly(id(2, 1));
    }

    private static List<GenerationId> dead(List<Stored> stored, Set<GenerationId> live) {
        return CollectionPlan.dead(stored, live, NOW);
    }

    private static Stored stored(long process, long number, long secondsAgo) {
        return new Stored(id(process, number), NOW.minusSeconds(secondsAgo));
    }

    private static GenerationId id(long process, long number) {
        return new GenerationId(new ProcessId(process), number);
    }
}
