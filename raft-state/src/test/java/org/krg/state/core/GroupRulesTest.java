// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.Refusal;
import org.krg.state.model.AddressPool;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Engine;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.RestartPolicy;
import org.krg.testkit.Samples;

class GroupRulesTest {
    private static final JobSpec THREE = Samples.spec().withRanks(3);
    private static final List<NodeId> NODES = List.of(Samples.HOME, Samples.AWAY, Samples.THIRD);

    /// Longer than the lease of every node and what is waited beyond it.
    private static final Duration AFTER_LEASES = Duration.ofSeconds(11);

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aJobHasAsManyProcessesAsRanksWithNumbersAndAddressesInTheirOrder() {
        var pool = AddressPool.of("10.201.0.0/16");
        var first = scene.submit("ring", THREE.withCellNetwork(pool));

        var ranks = ranks(first);

        assertThat(ranks).extracting(HostedProcess::rank).containsExactly(0, 1, 2);
        assertThat(ranks)
                .extracting(rank -> rank.id().value())
                .containsExactly(first.value(), first.value() + 1, first.value() + 2);
        assertThat(ranks).extracting(HostedProcess::address).doesNotHaveDuplicates();
        assertThat(ranks).allSatisfy(rank -> assertThat(rank.address()).isPresent());
        assertThat(scene.image().nextNumber()).isEqualTo(first.value() + 3);
    }

    @Test
    void aJobThatDoesNotGetAllItsAddressesGetsNone() {
        var pool = AddressPool.of("10.201.0.0/30");
        var room = pool.size();
        var command =
                new SubmitJob(
                        "ring",
                        Samples.spec().withCellNetwork(pool).withRanks(room + 1),
                        Samples.ALICE,
                        scene.now());

        assertThat(scene.refuse(Refusal.LIMIT, command)).contains("addresses of 10.201.0.0/30");

        assertThat(scene.image().processes().size()).isZero();
    }

    @Test
    void whatMakesNoSenseForSeveralRanksIsRefused() {
        var endless = new RestartPolicy(RestartPolicy.When.ALWAYS, 3, Duration.ZERO);
        assertThat(refused(THREE.withRanks(257))).contains("at most 256 ranks");
        assertThat(refused(Samples.with(Samples.spec(), PartitionPolicy.CONTINUE).withRanks(3)))
                .contains("--on-partition");
        assertThat(refused(Samples.with(Samples.spec(), endless).withRanks(3)))
                .contains("on-failure");
        var own = new CheckpointPolicy(Engine.COOPERATIVE, Duration.ZERO, 2, 0, 2);
        assertThat(refused(Samples.with(Samples.spec(), own).withRanks(3)))
                .contains("--engine criu");
    }

    @Test
    void whenOneNodeIsLostAllRanksGoBackOnceNoneCanRunAnyMore() {
        var first = running(THREE);

        scene.lose(Samples.AWAY);

        var lease = scene.image().nodes().require(Samples.HOME).leaseTtl();
        for (var rank : ranks(first)) {
            var waiting = (Phase.Waiting) rank.phase();
            assertThat(waiting.origin()).isEqualTo(new Origin.Beginning());
            assertThat(waiting.notBefore())
                    .isEqualTo(scene.now().plus(lease).plus(ProcessRules.AFTER_LEASE));
        }
        assertThat(waiting(first, 0).reason()).contains("rank 1 goes back: its node n2 was lost");
        placeAll(first);
        assertThat(ranks(first)).extracting(rank -> rank.epoch().value()).containsOnly(2L);
    }

    @Test
    void aRankThatHasEndedComesBackWithTheOthers() {
        var first = running(THREE);
        scene.exit(rank(first, 2), 0);

        scene.lose(Samples.HOME);

        assertThat(ranks(first))
                .allSatisfy(rank -> assertThat(rank.phase()).isInstanceOf(Phase.Waiting.class));
    }

    @Test
    void aRankThatHasEndedKeepsItsAddressAsLongAsItsJobLives() {
        var pool = AddressPool.of("10.201.0.0/30");
        var first = running(Samples.spec().withCellNetwork(pool).withRanks(pool.size()));
        scene.exit(first, 0);

        scene.refuse(
                Refusal.LIMIT,
                new SubmitJob(
                        "late", Samples.spec().withCellNetwork(pool), Samples.ALICE, scene.now()));
    }

    @Test
    void aRankThatVanishedTakesTheOthersBack() {
        var first = running(THREE);
        var rank = rank(first, 1);

        scene.accept(
                new ReportVanished(
                        rank, scene.epoch(rank), scene.host(rank), "it was gone", scene.now()));

        assertThat(ranks(first))
                .extracting(it -> ((Phase.Waiting) it.phase()).notBefore())
                .containsOnly(waiting(first, 1).notBefore());
        assertThat(waiting(first, 1).notBefore()).isAfter(scene.now());
    }

    @Test
    void aSecondLossMeanwhileChangesNothingForThoseThatWait() {
        var first = running(THREE);
        scene.lose(Samples.AWAY);
        var before = ranks(first);

        scene.lose(Samples.THIRD);

        assertThat(ranks(first)).isEqualTo(before);
    }

    @Test
    void aRankThatCouldNotBeStartedIsWaitedFor() {
        var first = running(THREE, 2);

        scene.failStart(rank(first, 2), "no space");

        assertThat(scene.phase(first)).isInstanceOf(Phase.Running.class);
        assertThat(scene.phase(rank(first, 2))).isInstanceOf(Phase.Waiting.class);
    }

    @Test
    void whenOneRankCannotRunTheOthersAreToldToEnd() {
        var first = running(THREE, 1);
        var rank = rank(first, 1);

        scene.accept(
                new ReportStartFailed(
                        rank,
                        scene.epoch(rank),
                        scene.host(rank),
                        "no such program",
                        true,
                        127,
                        scene.now()));

        assertThat(job(first).stop())
                .hasValueSatisfying(order -> {
                    assertThat(order.signal()).isEqualTo(15);
                    assertThat(order.at()).isEqualTo(scene.now());
                });
        assertThat(scene.phase(first)).isInstanceOf(Phase.Running.class);
    }

    @Test
    void ranksThatWaitForANodeEndAtOnceWithTheOneThatCannotRun() {
        var first = scene.submit("ring", THREE);
        scene.place(first, Samples.HOME);

        scene.accept(
                new ReportStartFailed(
                        first,
                        scene.epoch(first),
                        Samples.HOME,
                        "no such program",
                        true,
                        127,
                        scene.now()));

        assertThat(outcome(rank(first, 1))).isEqualTo(new Outcome.Cancelled());
        assertThat(scene.image().lives(job(first).id())).isFalse();
    }

    @Test
    void aRankThatFailsComesBackWhenThenANodeIsLost() {
        var first = running(THREE);
        scene.exit(first, 1);
        assertThat(job(first).stop()).isEmpty();

        scene.lose(Samples.AWAY);

        assertThat(ranks(first))
                .allSatisfy(rank -> assertThat(rank.phase()).isInstanceOf(Phase.Waiting.class));
    }

    @Test
    void aRankThatEndsWellEndsAlone() {
        var first = running(THREE);

        scene.exit(first, 0);

        assertThat(job(first).stop()).isEmpty();
        assertThat(scene.phase(rank(first, 1))).isInstanceOf(Phase.Running.class);
    }

    @Test
    void withoutRecoveryTheLossOfOneRankEndsTheJob() {
        var first = running(Samples.with(Samples.spec(), RecoveryPolicy.NONE).withRanks(3));

        scene.lose(Samples.AWAY);

        assertThat(outcome(rank(first, 1))).isInstanceOf(Outcome.LostForGood.class);
        assertThat(job(first).stop()).isPresent();
    }

    @Test
    void aRestartPolicyStartsAllRanksAgain() {
        var onFailure = new RestartPolicy(RestartPolicy.When.ON_FAILURE, 3, Duration.ofSeconds(1));
        var first = running(Samples.with(Samples.spec(), onFailure).withRanks(3));

        scene.exit(rank(first, 2), 1);

        assertThat(ranks(first)).extracting(HostedProcess::restarts).containsOnly(1);
        assertThat(ranks(first))
                .allSatisfy(rank -> assertThat(rank.phase()).isInstanceOf(Phase.Waiting.class));
    }

    @Test
    void aFencedNodeTakesTheJobBackToo() {
        var first = running(THREE);

        scene.accept(new FenceNode(Samples.THIRD, scene.now()));

        assertThat(waiting(first, 0).reason()).contains("rank 2 goes back");
    }

    @Test
    void noRankIsSavedAlone() {
        var first = running(THREE);
        var alone = Samples.generation(first, 1, scene.epoch(first), Samples.HOME, Samples.AWAY);

        assertThat(scene.refuse(Refusal.CONFLICT, new CommitGeneration(alone, 1)))
                .contains("saved together");
    }

    private String refused(JobSpec spec) {
        return scene.refuse(
                Refusal.INVALID, new SubmitJob("ring", spec, Samples.ALICE, scene.now()));
    }

    private ProcessId running(JobSpec spec) {
        return running(spec, spec.ranks());
    }

    /// {@return rank 0 of a job whose first ranks run and whose others are being started}
    private ProcessId running(JobSpec spec, int started) {
        var first = scene.submit("ring", spec);
        placeAll(first);
        ranks(first).stream().limit(started).forEach(rank -> scene.start(rank.id()));
        return first;
    }

    private void placeAll(ProcessId first) {
        scene.later(AFTER_LEASES);
        for (var rank : ranks(first)) {
            var node = NODES.get(rank.rank() % NODES.size());
            var known = scene.image().nodes().require(node);
            scene.place(rank.id(), known.state() == Node.State.READY ? node : Samples.HOME);
        }
    }

    private List<HostedProcess> ranks(ProcessId first) {
        return scene.image().processesOf(scene.process(first).job());
    }

    private ProcessId rank(ProcessId first, int rank) {
        return ranks(first).get(rank).id();
    }

    private Phase.Waiting waiting(ProcessId first, int rank) {
        return (Phase.Waiting) ranks(first).get(rank).phase();
    }

    private Outcome outcome(ProcessId process) {
        return ((Phase.Ended) scene.phase(process)).outcome();
    }

    private Job job(ProcessId first) {
        return scene.image().jobs().require(scene.process(first).job());
    }
}
