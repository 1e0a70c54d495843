// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.host.http.view.Distribution.Bucket;
import org.krg.state.ClusterStore.Leadership;
import org.krg.state.ClusterStore.Member;
import org.krg.state.ClusterStore.QuorumStatus;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.event.Event;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.Role;
import org.krg.testkit.RandomCommands;
import org.krg.testkit.Samples;
import org.krg.testkit.Seeds;

final class ViewsTest {
    private static final int SEEDS = 20;
    private static final int COMMANDS = 300;

    @Test
    void everythingThatCanBeAgreedHasAView() {
        var ends = new ArrayList<String>();
        Seeds.run(
                SEEDS,
                random -> {
                    var commands = new RandomCommands(random);
                    var image = ClusterImage.EMPTY;
                    for (var i = 0; i < COMMANDS; i++) {
                        var decision = ClusterStateMachine.decide(image, commands.next(image));
                        if (decision instanceof Decision.Accept(var events, _)) {
                            image = fold(image, events);
                        }
                    }
                    check(image);
                    image.processes().values().stream()
                            .map(process -> process.phase())
                            .filter(Phase.Ended.class::isInstance)
                            .map(phase -> ((Phase.Ended) phase).outcome())
                            .map(Outcome::getClass)
                            .map(Class::getSimpleName)
                            .forEach(ends::add);
                });
        assertThat(ends).contains("Exited", "LostForGood", "Cancelled");
    }

    private static ClusterImage fold(ClusterImage before, List<Event> events) {
        var image = ClusterStateMachine.fold(before, before.revision().next(), events);
        var ordinal = 0;
        for (var event : events) {
            var view = EventView.of(image, new Recorded(image.revision(), ordinal++, event));
            requireWhole(view);
            assertThat(view.path("type").asText()).matches("[a-z]+\\.[a-z-]+");
            assertThat(view.path("target").asText()).isNotEmpty();
            assertThat(view.path("object").isObject()).isTrue();
        }
        return image;
    }

    private static void check(ClusterImage image) {
        var leadership = new Leadership(Optional.of(Samples.HOME), 1, true);
        var members = List.of(new Member(Samples.HOME, "n1.1", Role.VOTER, 0));
        var quorum = new QuorumStatus(leadership, 0, 0, Optional.empty(), members);
        NodeView.all(image, quorum).forEach(ViewsTest::requireWhole);
        ProcessView.all(image).forEach(ViewsTest::requireWhole);
        for (var process : image.processes().values()) {
            requireWhole(ProcessView.of(image, process));
        }
        for (var generation : image.generations().values()) {
            requireWhole(CheckpointView.of(image, generation));
        }
        for (var job : image.jobs().values()) {
            var view = JobView.of(image, job);
            requireWhole(view);
            assertThat(view.path("state").asText()).isIn("waiting", "running", "stopping", "ended");
            assertThat(view.has("exitCode")).isEqualTo(!image.lives(job.id()));
            assertThat(Explanation.of(image, job)).isNotEmpty().allMatch(it -> it.endsWith("."));
        }
    }

    /// No field without a value.
    private static void requireWhole(JsonNode view) {
        assertThat(view.isNull() || view.isMissingNode()).isFalse();
        assertThat(view.isTextual() && view.asText().isEmpty()).as("%s", view).isFalse();
        view.forEach(ViewsTest::requireWhole);
    }

    @Test
    void durationsAreDecimalSeconds() {
        assertThat(Json.seconds(Duration.ofMillis(1_500))).hasToString("1.5");
        assertThat(Json.seconds(Duration.ZERO)).hasToString("0");
        assertThat(Json.seconds(Duration.ofMinutes(10))).hasToString("600");
        assertThat(Json.seconds(Duration.ofNanos(1))).hasToString("1E-9");
    }

    @Test
    void metricsWithoutANumberAreLeftOut() {
        var metrics = new MetricRegistry();
        metrics.gauge("a.text", () -> () -> "text");
        metrics.meter("b.calls").mark(4);
        metrics.histogram("c.size_bytes").update(7);

        assertThat(PrometheusText.of(metrics))
                .doesNotContain("a_text")
                .contains("# TYPE b_calls_total counter\nb_calls_total 4\n")
                .contains("c_size_bytes{quantile=\"0.5\"} 7.0\n")
                .contains("c_size_bytes_count 1\n");
    }

    @Test
    void aDistributionIsAHistogram() {
        var metrics = new MetricRegistry();
        var few = new Distribution(List.of(new Bucket(0.5, 2), new Bucket(10, 3)), 4, 21.5);
        metrics.gauge("a.wait_seconds", () -> () -> few);

        assertThat(PrometheusText.of(metrics))
                .isEqualTo(
                        """
                        # TYPE a_wait_seconds histogram
                        a_wait_seconds_bucket{le="0.5"} 2
                        a_wait_seconds_bucket{le="10.0"} 3
                        a_wait_seconds_bucket{le="+Inf"} 4
                        a_wait_seconds_sum 21.5
                        a_wait_seconds_count 4
                        """);
    }
}
