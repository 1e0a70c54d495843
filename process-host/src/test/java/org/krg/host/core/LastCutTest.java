// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

final class LastCutTest {
    private static final Duration AGE = Duration.ofSeconds(40);
    private static final long CUT = 3;
    private static final long MOVE = 4;

    @Test
    void aRankThatHasMovedGoesByTheLastCut() {
        assertThat(age(rank(0, new Origin.Checkpoint(MOVE)))).isEqualTo(AGE);
    }

    @Test
    void aRankThatBeganOrCameBackFromACutGoesByItself() {
        assertThat(age(rank(0, new Origin.Beginning()))).isZero();
        assertThat(age(rank(0, new Origin.Checkpoint(CUT)))).isZero();
    }

    @Test
    void beforeTheFirstCutARankGoesByItself() {
        var moved = rank(0, new Origin.Checkpoint(MOVE));

        assertThat(LastCut.age(image(moved), moved, NOW)).isZero();
    }

    private static Duration age(HostedProcess first) {
        var image = image(first);
        for (var rank : List.of(7L, 8L)) {
            image = Images.with(image, generation(rank, CUT, AGE));
        }
        // What the rank has moved by, which is not gone yet.
        image = Images.with(image, generation(7, MOVE, Duration.ZERO));
        return LastCut.age(image, first, NOW);
    }

    private static Generation generation(long process, long number, Duration age) {
        return Images.generation(process, number, NOW.minus(age), Duration.ZERO);
    }

    private static ClusterImage image(HostedProcess first) {
        var image = Images.with(Images.empty(), first);
        var job = image.jobs().require(first.job());
        var parallel =
                new Job(
                        job.id(),
                        job.name(),
                        job.spec().withRanks(2),
                        job.owner(),
                        job.submitted(),
                        job.stop());
        var second = rank(1, new Origin.Beginning());
        return image.withJobs(image.jobs().with(job.id(), parallel))
                .withProcesses(image.processes().with(second.id(), second));
    }

    private static HostedProcess rank(int rank, Origin origin) {
        return new HostedProcess(
                new ProcessId(7 + rank),
                new JobId(7),
                rank,
                new Epoch(1),
                new Phase.Running(HERE, origin, NOW),
                0,
                List.of(),
                Optional.empty());
    }
}
