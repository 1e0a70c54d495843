// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.process;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.krg.host.core.CheckpointInterval.Reason;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Engine;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeHistory;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;

final class CheckpointIntervalTest {
    private static final CheckpointPolicy AUTO =
            new CheckpointPolicy(
                    Engine.CRIU, new CheckpointSchedule.Adaptive(), 2, 0, 2, Duration.ZERO);
    private static final HostedProcess RUNNING =
            process(7, 1, new Phase.Running(HERE, new Origin.Beginning(), NOW));
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void onDemandThereIsNone() {
        assertThat(CheckpointInterval.of(image(CheckpointPolicy.ON_DEMAND), RUNNING)).isEmpty();
    }

    @Test
    void whatIsToStartAgainFromTheBeginningIsNotSaved() {
        var restart = new CheckpointPolicy(Engine.RESTART, Duration.ofSeconds(5), 2, 0, 2);
        assertThat(CheckpointInterval.of(image(restart), RUNNING)).isEmpty();
        var own = new CheckpointPolicy(Engine.COOPERATIVE, Duration.ofSeconds(5), 2, 0, 2);
        assertThat(CheckpointInterval.of(image(own), RUNNING)).isPresent();
    }

    @Test
    void aFixedOneIsAsAsked() {
        var fixed = new CheckpointPolicy(Engine.CRIU, Duration.ofSeconds(5), 2, 0, 2);
        var interval = CheckpointInterval.of(image(fixed), RUNNING).orElseThrow();
        assertThat(interval.every()).isEqualTo(Duration.ofSeconds(5));
        assertThat(interval.reason()).isEqualTo(Reason.ASKED);
    }

    @Test
    void theFirstComesAfterAMinute() {
        var interval = adaptive(image(AUTO));
        assertThat(interval.every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(interval.reason()).isEqualTo(Reason.FIRST);
    }

    @Test
    void itBalancesTheMeanCostWithTheFailuresOfNodes() {
        var image = costing(node(image(AUTO), HERE, 1, DAY), 40, 60);

        var interval = adaptive(image);

        // sqrt(2 * 0.05 * 86400) = 92.95
        assertThat(interval.every().toMillis()).isCloseTo(92_969, within(30L));
        assertThat(interval.cost()).isEqualTo(Duration.ofMillis(50));
        assertThat(interval.measured()).isEqualTo(2);
        assertThat(interval.between()).isEqualTo(DAY);
        assertThat(interval.losses()).isEqualTo(1);
        assertThat(interval.reason()).isEqualTo(Reason.BALANCED);
    }

    @Test
    void whatSlowsTheProgramDownCosts() {
        var slow = Images.generation(7, 1, NOW, Duration.ofMillis(50));
        var image = Images.with(image(AUTO), slow.withSlowed(Duration.ofMillis(150)));
        assertThat(adaptive(image).cost()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void aClusterWithoutAPastCountsAsOneLossInADay() {
        assertThat(adaptive(costing(image(AUTO), 50)).between()).isEqualTo(DAY);
    }

    @Test
    void nodesThatServeWithoutALossMakeItLonger() {
        var image = node(node(costing(image(AUTO), 50), HERE, 0, DAY), AWAY, 0, DAY);
        assertThat(adaptive(image).between()).isEqualTo(Duration.ofDays(3));
    }

    @Test
    void lossesMakeItShorter() {
        var before = Duration.ofDays(365);
        for (var losses = 0; losses < 50; losses++) {
            var now = adaptive(costing(node(image(AUTO), HERE, losses, DAY), 50)).every();
            assertThat(now).isLessThan(before);
            before = now;
        }
    }

    @Test
    void theTimeThatNodesServeCountsUpToTheLastCheckpointOnly() {
        var taken = NOW.plus(Duration.ofHours(12));
        var ready = Images.with(image(AUTO), Images.node(HERE, 1, Node.State.READY));
        var image = Images.with(ready, Images.generation(7, 1, taken, Duration.ofMillis(50)));
        assertThat(adaptive(image).between()).isEqualTo(Duration.ofHours(36));
    }

    @Test
    void aProgramKeepsNineTenthsOfItsTime() {
        var image = costing(node(image(AUTO), HERE, 1_000, DAY), 30_000);
        var interval = adaptive(image);
        assertThat(interval.every()).isEqualTo(Duration.ofMinutes(5));
        assertThat(interval.reason()).isEqualTo(Reason.COST);
    }

    @Test
    void neverLongerThanAnHour() {
        var image = costing(node(image(AUTO), HERE, 0, Duration.ofDays(3_650)), 1_000);
        var interval = adaptive(image);
        assertThat(interval.every()).isEqualTo(Duration.ofHours(1));
        assertThat(interval.reason()).isEqualTo(Reason.LONGEST);
    }

    @Test
    void theBoundsHoldWhateverWasMeasured() {
        var random = new SplittableRandom(7);
        for (var round = 0; round < 2_000; round++) {
            var cost = (long) Math.exp(random.nextDouble(0, 16));
            var served = Duration.ofSeconds(random.nextLong(1L << random.nextInt(1, 32)));
            var image =
                    node(image(AUTO), HERE, random.nextLong(1L << random.nextInt(1, 20)), served);
            var every = adaptive(costing(image, cost)).every();
            assertThat(every)
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(1))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(10 * cost))
                    .isLessThanOrEqualTo(
                            Duration.ofMillis(Math.max(Duration.ofHours(1).toMillis(), 10 * cost)));
        }
    }

    @Test
    void noOtherIntervalLosesLess() {
        var random = new SplittableRandom(11);
        for (var round = 0; round < 1_000; round++) {
            var between = Math.exp(random.nextDouble(3, 18));
            var cost = between * Math.exp(random.nextDouble(-14, -1));
            var best = CheckpointInterval.balanced(cost, between).orElseThrow();
            var factor = random.nextDouble(0.3, 3);
            assertThat(wallTime(best, cost, between))
                    .isLessThanOrEqualTo(wallTime(best * factor, cost, between) * 1.002);
        }
    }

    @Test
    void whereFailuresAreRareItIsYoungs() {
        assertThat(CheckpointInterval.balanced(0.1, 1e6).orElseThrow())
                .isCloseTo(Math.sqrt(2 * 0.1 * 1e6), withinPercentage(0.1));
    }

    /// Daly's complete model: time per unit of work with failures that come independently, without
    /// the constant factor of the restart.
    private static double wallTime(double every, double cost, double between) {
        return every <= cost
                ? Double.POSITIVE_INFINITY
                : between * Math.expm1(every / between) / (every - cost);
    }

    private static CheckpointInterval adaptive(ClusterImage image) {
        return CheckpointInterval.of(image, RUNNING).orElseThrow();
    }

    private static ClusterImage image(CheckpointPolicy policy) {
        return Images.with(Images.empty(), RUNNING, policy);
    }

    private static ClusterImage costing(ClusterImage image, long... millis) {
        var with = image;
        for (var i = 0; i < millis.length; i++) {
            var frozen = Duration.ofMillis(millis[i]);
            with = Images.with(with, Images.generation(7, i + 1, NOW, frozen));
        }
        return with;
    }

    /// A node that is lost, so that it serves no longer.
    private static ClusterImage node(
            ClusterImage image, NodeId node, long losses, Duration served) {
        var lost = Images.node(node, 1, Node.State.LOST);
        return Images.with(image, lost.withHistory(new NodeHistory(losses, served)));
    }
}
