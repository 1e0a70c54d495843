// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.generation;
import static org.krg.host.core.Images.process;
import static org.krg.host.core.Images.with;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;

final class RetentionTest {
    private static final Phase RUNNING = new Phase.Running(HERE, new Origin.Beginning(), NOW);

    @Test
    void theTwoNewestAreKept() {
        assertThat(
                        surplus(
                                RUNNING,
                                generation(7, 1, 0, false),
                                generation(7, 2, 0, false),
                                generation(7, 3, 0, false)))
                .containsExactly(1L);
    }

    @Test
    void aPinnedOneIsKept() {
        assertThat(
                        surplus(
                                RUNNING,
                                generation(7, 1, 0, true),
                                generation(7, 2, 0, false),
                                generation(7, 3, 0, false)))
                .isEmpty();
    }

    @Test
    void oneThatCannotBeRestoredDoesNotCount() {
        var bad = Generation.MAX_RESTORE_FAILURES;
        assertThat(
                        surplus(
                                RUNNING,
                                generation(7, 1, 0, false),
                                generation(7, 2, bad, false),
                                generation(7, 3, 0, false)))
                .containsExactly(2L);
        assertThat(surplus(RUNNING, generation(7, 2, bad, false), generation(7, 3, 0, false)))
                .isEmpty();
    }

    @Test
    void theOneThatAProcessComesBackFromIsKept() {
        var generations =
                new Generation[] {
                    generation(7, 1, 0, false),
                    generation(7, 2, 0, false),
                    generation(7, 3, 0, false),
                    generation(7, 4, 0, false)
                };
        var origin = new Origin.Checkpoint(1);
        assertThat(surplus(new Phase.Waiting(origin, NOW, "restore"), generations))
                .containsExactly(2L);
        assertThat(surplus(new Phase.Starting(HERE, origin, NOW), generations)).containsExactly(2L);
    }

    private static List<Long> surplus(Phase phase, Generation... generations) {
        ClusterImage image = with(Images.empty(), process(7, 2, phase));
        for (var generation : generations) {
            image = with(image, generation);
        }
        return Retention.surplus(image, process(7, 2, phase)).stream()
                .map(GenerationId::number)
                .toList();
    }
}
