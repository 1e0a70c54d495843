// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.node;
import static org.krg.host.core.Images.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Images;
import org.krg.policy.core.Judge.Opinion;
import org.krg.policy.core.Rebalance;
import org.krg.policy.core.WrittenPolicy;
import org.krg.policy.engine.AgreedPolicy;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Policies;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Epoch;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;
import org.krg.state.model.ProcessId;

class RebalancerTest {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Rebalance RULE =
            new Rebalance(_ -> true, EVERY, 0.5, Duration.ofMinutes(1), 1);

    private final FakeStore store = new FakeStore(HERE);
    private final ManualTicker ticker = new ManualTicker();
    private final List<String> moves = new ArrayList<>();
    private Optional<String> problem = Optional.empty();

    /// The other node is always better.
    private final AgreedPolicy policy =
            new AgreedPolicy(_ ->
                    new WrittenPolicy(
                            "mine",
                            "",
                            "",
                            values ->
                                    new Opinion(
                                            List.of(),
                                            AWAY.name().equals(values.get("node.name")) ? 1 : 0,
                                            List.of(),
                                            false),
                            Optional.of(RULE)));

    private final Rebalancer rebalancer =
            new Rebalancer(
                    store,
                    policy,
                    new Destinations(
                            policy,
                            (_, _) ->
                                    CompletableFuture.completedFuture(
                                            new ProgramFacts(ProgramFacts.Presence.SAME, "")),
                            () -> NOW),
                    (process, to, _) -> {
                        moves.add(process + " to " + to);
                        return problem;
                    },
                    ticker,
                    () -> NOW);

    @BeforeEach
    void oneRunsHereForLong() {
        store.begin(deciding(running(1_001)));
    }

    @Test
    void whoLeadsWaitsForTwoLooksAndThenMovesOne() {
        lead();
        after(EVERY);
        assertThat(moves).isEmpty();

        after(EVERY);

        assertThat(moves).containsExactly("1001 to " + AWAY);
    }

    @Test
    void afterAnElectionWhatTheLeaderBeforeAskedForIsAwaited() {
        store.lead(true);
        rebalancer.look();
        after(Duration.ofSeconds(14));
        after(Duration.ofMillis(900));
        assertThat(moves).isEmpty();

        after(Duration.ofMillis(100));

        assertThat(moves).hasSize(1);
    }

    @Test
    void whatHasJustComeFromThereIsNotMovedBack() {
        var migration =
                new Migration(
                        new MigrationId(2_000),
                        new Migration.Route(
                                new ProcessId(1_001), AWAY, HERE, new Epoch(1), new Epoch(2)),
                        Migration.Mode.WARM,
                        Duration.ofMinutes(5),
                        NOW,
                        "",
                        Migration.Sent.NOTHING,
                        new Migration.Step.Moved(1, Duration.ZERO, NOW.minusSeconds(60)));
        var image = running(1_001);
        store.begin(
                deciding(image.withMigrations(image.migrations().with(migration.id(), migration))));
        lead();
        after(EVERY.multipliedBy(2));

        assertThat(moves).isEmpty();
    }

    @Test
    void whoDoesNotLeadMovesNothing() {
        store.lead(false);
        rebalancer.look();
        after(EVERY.multipliedBy(5));

        assertThat(moves).isEmpty();
    }

    @Test
    void whoLeadsAnewBeginsAnew() {
        lead();
        after(EVERY);
        store.lead(true);
        after(EVERY);
        after(EVERY);

        assertThat(moves).isEmpty();
    }

    @Test
    void whatDidNotMoveIsLetBeForAWhileAndOthersAreTried() {
        store.begin(deciding(running(1_001, 1_002)));
        problem = Optional.of("it has io_uring");
        lead();
        after(EVERY.multipliedBy(2));
        after(EVERY);
        after(EVERY);

        assertThat(moves).containsExactly("1001 to " + AWAY, "1002 to " + AWAY);

        after(Duration.ofMinutes(10));
        assertThat(moves).hasSize(3);
    }

    /// Long enough that a look is due after [#EVERY] twice.
    private void lead() {
        store.begin(store.image().withPolicies(Policies.NONE));
        store.lead(true);
        rebalancer.look();
        after(Duration.ofMinutes(1));
        store.begin(deciding(store.image()));
        rebalancer.look();
    }

    private void after(Duration time) {
        ticker.advance(time);
        rebalancer.look();
    }

    private static ClusterImage deciding(ClusterImage image) {
        var id = new PolicyId("mine", 1);
        return image.withPolicies(
                Policies.NONE
                        .with(new PolicyVersion(id, "", "", "ann", NOW))
                        .deciding(Optional.of(id), Optional.empty()));
    }

    private static ClusterImage running(long... numbers) {
        var image = Images.empty();
        var nodes = image.nodes();
        for (var node : List.of(HERE, AWAY)) {
            nodes = nodes.with(node, node(node, 1, Node.State.READY));
        }
        image = image.withNodes(nodes);
        var spec = Images.spec(List.of("/bin/true"), CheckpointPolicy.ON_DEMAND);
        var since = NOW.minusSeconds(600);
        for (var number : numbers) {
            var phase = new Phase.Running(HERE, new Origin.Beginning(), since);
            var process = process(number, 1, phase);
            var job =
                    new Job(
                            new JobId(number),
                            "job-" + number,
                            spec,
                            spec.runAs(),
                            since,
                            Optional.empty());
            image =
                    image.withProcesses(image.processes().with(process.id(), process))
                            .withJobs(image.jobs().with(job.id(), job));
        }
        return image;
    }
}
