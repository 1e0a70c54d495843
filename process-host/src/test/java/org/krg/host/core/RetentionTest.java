// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.generation;
import static org.krg.host.core.Images.process;
import static org.krg.host.core.Images.with;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

final class RetentionTest {
    private static final Phase RUNNING = new Phase.Running(HERE, new Origin.Beginning(), NOW);
    private static final ProcessId SEVEN = new ProcessId(7);
    private static final Sha256 OTHER_DIGEST = new Sha256("2".repeat(64));
    private static final HostedProcess OTHER_RANK =
            new HostedProcess(
                    new ProcessId(8),
                    new JobId(7),
                    1,
                    new Epoch(2),
                    RUNNING,
                    0,
                    List.of(),
                    Optional.empty());

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

    @Test
    void whatIsYoungIsKeptBesides() {
        var generations =
                new Generation[] {
                    at(1, Duration.ofHours(3)),
                    at(2, Duration.ofHours(2)),
                    at(3, Duration.ofMinutes(119)),
                    at(4, Duration.ofMinutes(1)),
                    at(5, Duration.ofSeconds(1))
                };

        assertThat(surplus(RUNNING, Duration.ZERO, generations)).containsExactly(1L, 2L, 3L);
        assertThat(surplus(RUNNING, Duration.ofHours(2), generations)).containsExactly(1L, 2L);
        assertThat(surplus(RUNNING, Duration.ofDays(1), generations)).isEmpty();
    }

    @Test
    void theNewestAreKeptHoweverOldTheyAre() {
        var old = Duration.ofDays(30);

        assertThat(surplus(RUNNING, Duration.ofHours(1), at(1, old), at(2, old), at(3, old)))
                .containsExactly(1L);
    }

    @Test
    void thereIsABoundOnWhatIsKeptForItsAge() {
        var generations =
                LongStream.rangeClosed(1, Retention.MOST_YOUNG + 3)
                        .mapToObj(number -> at(number, Duration.ofSeconds(1)))
                        .toArray(Generation[]::new);

        assertThat(surplus(RUNNING, Duration.ofHours(1), generations)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void whatARankMovesByIsNotSurplusThoughThereIsNoGoingBackToIt() {
        var image = agreed(RUNNING, Duration.ZERO);
        image = image.withProcesses(image.processes().with(OTHER_RANK.id(), OTHER_RANK));
        for (var number : List.of(1L, 2L, 3L)) {
            image = with(image, generation(7, number, 0, false));
            image = with(image, generation(8, number, 0, false));
        }
        image = with(image, generation(7, 4, 0, false));

        assertThat(surplus(image)).containsExactly(1L);
    }

    @Test
    void whatHasTheNumberOfAnotherThatWasCommittedIsGarbage() {
        var image = with(agreed(RUNNING, Duration.ZERO), generation(7, 3, 0, true));
        var number = new GenerationId(SEVEN, 3);

        assertThat(Retention.isGarbage(image, number, Images.DIGEST)).isFalse();
        assertThat(Retention.isGarbage(image, number, OTHER_DIGEST)).isTrue();
    }

    @Test
    void whatMayStillBeCommittedIsNotGarbage() {
        var image = agreed(RUNNING, Duration.ZERO);

        assertThat(Retention.isGarbage(image, new GenerationId(SEVEN, 3), OTHER_DIGEST)).isFalse();
    }

    private static Generation at(long number, Duration age) {
        return Images.generation(7, number, NOW.minus(age), Duration.ZERO);
    }

    private static List<Long> surplus(Phase phase, Generation... generations) {
        return surplus(phase, Duration.ZERO, generations);
    }

    private static List<Long> surplus(Phase phase, Duration keepFor, Generation... generations) {
        var image = agreed(phase, keepFor);
        for (var generation : generations) {
            image = with(image, generation);
        }
        return surplus(image);
    }

    private static List<Long> surplus(ClusterImage image) {
        return Retention.surplus(image, image.processes().require(SEVEN), NOW).stream()
                .map(GenerationId::number)
                .toList();
    }

    private static ClusterImage agreed(Phase phase, Duration keepFor) {
        var policy =
                new CheckpointPolicy(
                        Engine.CRIU, new CheckpointSchedule.OnDemand(), 2, 0, 2, keepFor);
        return Images.with(Images.empty(), process(7, 2, phase), policy);
    }
}
