// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

class ClusterImageTest {
    private static final Phase WAITING =
            new Phase.Waiting(new Origin.Beginning(), Instant.EPOCH, "new");
    private static final Phase ENDED =
            new Phase.Ended(new Outcome.Cancelled(), Optional.empty(), Instant.EPOCH);

    @Test
    void theProcessesOfAJobAreFoundAmongThoseOfOthersInTheOrderOfTheirRanks() {
        var image = with(with(with(ClusterImage.EMPTY, 1, WAITING), 3, WAITING, ENDED), 6, ENDED);

        assertThat(image.processesOf(new JobId(3)))
                .extracting(process -> process.id().value())
                .containsExactly(4L, 5L);
        assertThat(image.processesOf(new JobId(2))).isEmpty();
    }

    @Test
    void aJobLivesAsLongAsOneOfItsProcesses() {
        var image = with(with(ClusterImage.EMPTY, 1, ENDED, WAITING), 4, ENDED, ENDED);

        assertThat(image.lives(new JobId(1))).isTrue();
        assertThat(image.lives(new JobId(4))).isFalse();
    }

    @Test
    void aNameMeansTheJobThatLivesElseTheNewest() {
        var ended = with(with(ClusterImage.EMPTY, 1, ENDED), 3, ENDED);
        var alive = with(with(with(ClusterImage.EMPTY, 1, ENDED), 3, WAITING), 5, ENDED);

        assertThat(ended.findJob("heat").orElseThrow().id()).isEqualTo(new JobId(3));
        assertThat(alive.findJob("heat").orElseThrow().id()).isEqualTo(new JobId(3));
        assertThat(alive.findJob("cold")).isEmpty();
    }

    @Test
    void theNewestGoodGenerationIsTheOneToGoOnFrom() {
        var image = ClusterImage.EMPTY;
        for (var number = 1L; number <= 3; number++) {
            for (var process : List.of(2L, 4L)) {
                image = withGeneration(image, process, number, number < 3);
            }
        }

        assertThat(image.generationsOf(new ProcessId(2)))
                .extracting(generation -> generation.id().number())
                .containsExactly(1L, 2L, 3L);
        assertThat(image.newestGood(new ProcessId(2)).orElseThrow().id())
                .isEqualTo(new GenerationId(new ProcessId(2), 2));
        assertThat(image.newestGood(new ProcessId(3))).isEmpty();
    }

    @Test
    void aNumberThatWasGivenOutIsNotGivenOutAgain() {
        assertThat(ClusterImage.EMPTY.afterNumber(7).nextNumber()).isEqualTo(8);
        assertThat(ClusterImage.EMPTY.afterNumber(7).afterNumber(3).nextNumber()).isEqualTo(8);
    }

    private static ClusterImage withGeneration(
            ClusterImage image, long process, long number, boolean good) {
        var generation =
                Samples.generation(
                        new ProcessId(process), number, new Epoch(1), Samples.HOME, Samples.AWAY);
        var stored = good ? generation : generation.withCopies(List.of());
        return image.withGenerations(image.generations().with(stored.id(), stored));
    }

    private static ClusterImage with(ClusterImage image, long number, Phase... phases) {
        var job =
                new Job(
                        new JobId(number),
                        "heat",
                        Samples.spec(),
                        Samples.ALICE,
                        Instant.EPOCH,
                        Optional.empty());
        var processes = image.processes();
        for (var rank = 0; rank < phases.length; rank++) {
            var id = new ProcessId(number + 1 + rank);
            processes = processes.with(id, process(id, job.id(), rank, phases[rank]));
        }
        return image.withJobs(image.jobs().with(job.id(), job)).withProcesses(processes);
    }

    private static HostedProcess process(ProcessId id, JobId job, int rank, Phase phase) {
        return new HostedProcess(
                id, job, rank, new Epoch(1), phase, 0, List.of(), Optional.empty());
    }
}
