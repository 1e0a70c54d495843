// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.command.CutCommand.ReportStill;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.command.Refusal;
import org.krg.state.model.AddressPool;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Substitute;
import org.krg.testkit.Samples;

class CutRulesTest {
    private static final JobSpec THREE = Samples.spec().withRanks(3);
    private static final List<NodeId> NODES = List.of(Samples.HOME, Samples.AWAY, Samples.THIRD);
    private static final NodeId[] COPIES = {Samples.HOME, Samples.AWAY};

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void generationsOfAllRanksComeTogetherWhenTheLastIsSaved() {
        var first = running();
        var number = begin(first);
        ranks(first).forEach(rank -> still(rank, number));
        save(rank(first, 0), number);
        save(rank(first, 1), number);
        assertThat(scene.image().generations().size()).isZero();

        save(rank(first, 2), number);

        for (var rank : ranks(first)) {
            assertThat(scene.generation(rank.id(), 1)).isPresent();
            assertThat(rank.lastGeneration()).isEqualTo(1);
        }
        assertThat(cut(first).state()).isEqualTo(new GroupCut.State.Committed());
        assertThat(begin(first)).isEqualTo(2);
    }

    @Test
    void noRankIsSavedBeforeAllStandStill() {
        var first = running();
        var number = begin(first);
        still(rank(first, 0), number);
        still(rank(first, 1), number);

        var early = new ReportSaved(generation(rank(first, 0), number), 2);

        assertThat(scene.refuse(Refusal.CONFLICT, early)).contains("not all ranks stand still");
    }

    @Test
    void whatIsToldOfAnotherCutOrEpochIsRefused() {
        var first = running();
        var number = begin(first);
        var rank = rank(first, 0);
        scene.refuse(Refusal.CONFLICT, new ReportStill(first, rank.epoch(), number + 1, List.of()));
        scene.refuse(Refusal.CONFLICT, new ReportStill(first, rank.nextEpoch(), number, List.of()));
        scene.refuse(
                Refusal.NOT_FOUND,
                new ReportStill(new ProcessId(99), rank.epoch(), number, List.of()));
    }

    @Test
    void oneIsTakenAtATimeAndOnlyOfJobsWhoseRanksAllRun() {
        var first = running();
        begin(first);
        var again = new BeginCut(job(first).id(), false, scene.now());
        assertThat(scene.refuse(Refusal.CONFLICT, again)).contains("being taken");

        var waits = scene.submit("waits", THREE);
        var early = new BeginCut(scene.process(waits).job(), false, scene.now());
        assertThat(scene.refuse(Refusal.CONFLICT, early)).contains("does not run");
        var alone = scene.running("alone", Samples.spec(), Samples.HOME);
        var single = new BeginCut(scene.process(alone).job(), false, scene.now());
        assertThat(scene.refuse(Refusal.INVALID, single)).contains("one process");
    }

    @Test
    void givenUpItLeavesNothingAndItsNumberIsNotUsedAgain() {
        var first = running();
        var number = begin(first);
        ranks(first).forEach(rank -> still(rank, number));
        save(rank(first, 0), number);

        scene.accept(new AbandonCut(job(first).id(), number, "no space"));

        assertThat(cut(first).state()).isEqualTo(new GroupCut.State.Abandoned("no space"));
        assertThat(scene.image().generations().size()).isZero();
        var late = new ReportSaved(generation(rank(first, 1), number), 2);
        scene.refuse(Refusal.CONFLICT, late);
        assertThat(scene.accept(new AbandonCut(job(first).id(), number, "again"))).isEmpty();
        assertThat(begin(first)).isEqualTo(number + 1);
    }

    /// What stands still does not see a signal.
    @Test
    void anOrderToEndGivesItUp() {
        var first = running();
        var number = begin(first);
        still(rank(first, 0), number);

        scene.stop(first);

        assertThat(cut(first).state())
                .isEqualTo(new GroupCut.State.Abandoned("it was ordered to end"));
    }

    @Test
    void noRankComesBackWhileAnotherJobHasItsAddress() {
        var pool = AddressPool.of("10.201.0.0/29");
        var first = running(THREE.withCellNetwork(pool));
        take(first);
        ranks(first).forEach(rank -> scene.exit(rank.id(), 0));
        var taken = rank(first, 2).address();
        for (var number = 0; number < pool.size(); number++) {
            var other = scene.submit("other" + number, Samples.spec().withCellNetwork(pool));
            if (!scene.process(other).address().equals(taken)) {
                scene.stop(other);
            }
        }

        assertThat(scene.refuse(Refusal.CONFLICT, new RestoreFrom(first, 1, scene.now())))
                .contains(taken.orElseThrow().toString());
    }

    @Test
    void theEndOfARankGivesItUp() {
        var first = running();
        begin(first);

        scene.exit(rank(first, 2).id(), 0);

        assertThat(cut(first).state()).isInstanceOf(GroupCut.State.Abandoned.class);
    }

    @Test
    void theLossOfANodeGivesItUp() {
        var first = running();
        begin(first);

        scene.lose(Samples.THIRD);

        assertThat(cut(first).state()).isInstanceOf(GroupCut.State.Abandoned.class);
    }

    @Test
    void aNodeThatHoldsAPartAndRegistersAnewGivesItUp() {
        var first = running();
        var number = begin(first);
        ranks(first).forEach(rank -> still(rank, number));
        save(rank(first, 2), number);

        scene.register(Samples.AWAY);

        assertThat(cut(first).state())
                .isInstanceOfSatisfying(
                        GroupCut.State.Abandoned.class,
                        end -> assertThat(end.reason()).contains("node n2"));
    }

    @Test
    void afterALossAllRanksGoBackToTheNewestCutThatAllOfThemHave() {
        var first = running();
        take(first);
        take(first);
        scene.accept(new ReportCopies(new GenerationId(rank(first, 1).id(), 2), List.of()));

        scene.lose(Samples.THIRD);

        assertThat(ranks(first))
                .extracting(rank -> ((Phase.Waiting) rank.phase()).origin())
                .containsOnly(new Origin.Checkpoint(1));
    }

    @Test
    void aFailedRestoreOfOneRankTakesAllFurtherBack() {
        var first = running();
        take(first);
        take(first);
        scene.lose(Samples.THIRD);
        for (var failures = 0; failures < Generation.MAX_RESTORE_FAILURES; failures++) {
            scene.later(Duration.ofMinutes(2));
            var waiting =
                    ranks(first).stream()
                            .filter(rank -> rank.phase() instanceof Phase.Waiting)
                            .toList();
            waiting.forEach(rank -> scene.place(rank.id(), Samples.HOME));
            scene.failStart(rank(first, 1).id(), "CRIU failed");
        }

        assertThat(ranks(first))
                .extracting(rank -> ((Phase.Waiting) rank.phase()).origin())
                .containsOnly(new Origin.Checkpoint(1));
    }

    @Test
    void anOperatorTakesAllRanksBackByNamingAnyOne() {
        var first = running();
        take(first);

        scene.accept(new RestoreFrom(rank(first, 1).id(), 1, scene.now()));

        assertThat(ranks(first))
                .extracting(rank -> ((Phase.Waiting) rank.phase()).origin())
                .containsOnly(new Origin.Checkpoint(1));
        // The leases of all nodes pass side by side, that of the named rank's too.
        var lease = scene.image().nodes().require(Samples.HOME).leaseTtl();
        assertThat(ranks(first))
                .extracting(rank -> ((Phase.Waiting) rank.phase()).pause())
                .containsOnly(lease.plus(ProcessRules.AFTER_LEASE));
        scene.refuse(Refusal.NOT_FOUND, new RestoreFrom(rank(first, 1).id(), 2, scene.now()));
    }

    @Test
    void allRanksThatAreTakenBackFrozenStandStillAndGoOnTogether() {
        var first = running();
        take(first);

        var others = List.of(new Substitute(new Substitute.OpenFile("/old/log"), "/new/log"));
        assertThat(
                        scene.refuse(
                                Refusal.CONFLICT,
                                new RestoreFrom(
                                        rank(first, 1).id(), 1, scene.now(), false, others)))
                .contains("several ranks");
        scene.accept(new RestoreFrom(rank(first, 1).id(), 1, scene.now(), true));

        assertThat(ranks(first)).allMatch(HostedProcess::frozen);
        scene.accept(new SetFrozen(first, false));
        assertThat(ranks(first)).noneMatch(HostedProcess::frozen);
    }

    @Test
    void aCutThatTheQuotaOfItsJobLeavesNoRoomForIsGivenUp() {
        var one = Samples.generation(new ProcessId(1), 1, new Epoch(1), COPIES);
        var three = THREE.ranks() * COPIES.length;
        var first = running(withQuota(three * one.imageBytes()));
        take(first);

        take(first);

        assertThat(cut(first).state())
                .isInstanceOfSatisfying(
                        GroupCut.State.Abandoned.class,
                        it -> assertThat(it.reason()).contains("quota"));
        assertThat(scene.image().generations().size()).isEqualTo(THREE.ranks());
    }

    private static JobSpec withQuota(long bytes) {
        var policy =
                new CheckpointPolicy(
                        Engine.CRIU,
                        new CheckpointSchedule.OnDemand(),
                        2,
                        1L << 30,
                        2,
                        Duration.ZERO,
                        bytes,
                        Optional.empty());
        return Samples.with(Samples.spec(), policy).withRanks(THREE.ranks());
    }

    @Test
    void whatAllRanksHaveOfOneNumberIsDroppedTogether() {
        var first = running();
        take(first);
        take(first);
        take(first);
        scene.refuse(Refusal.CONFLICT, new DropGeneration(new GenerationId(first, 2)));

        scene.accept(new DropGeneration(new GenerationId(rank(first, 1).id(), 1)));

        assertThat(scene.image().generations().size()).isEqualTo(6);
    }

    private void take(ProcessId first) {
        var number = begin(first);
        ranks(first).forEach(rank -> still(rank, number));
        ranks(first).forEach(rank -> save(rank, number));
    }

    private long begin(ProcessId first) {
        return scene.accepted(new BeginCut(job(first).id(), false, scene.now())).created();
    }

    private void still(HostedProcess rank, long number) {
        scene.accept(new ReportStill(rank.id(), rank.epoch(), number, List.of()));
    }

    private void save(HostedProcess rank, long number) {
        scene.accept(new ReportSaved(generation(rank, number), 2));
    }

    private static Generation generation(HostedProcess rank, long number) {
        return Samples.generation(rank.id(), number, rank.epoch(), COPIES);
    }

    private ProcessId running() {
        return running(THREE);
    }

    private ProcessId running(JobSpec spec) {
        var first = scene.submit("ring", spec);
        for (var rank : ranks(first)) {
            scene.place(rank.id(), NODES.get(rank.rank()));
            scene.start(rank.id());
        }
        return first;
    }

    private List<HostedProcess> ranks(ProcessId first) {
        return scene.image().processesOf(scene.process(first).job());
    }

    private HostedProcess rank(ProcessId first, int rank) {
        return ranks(first).get(rank);
    }

    private Job job(ProcessId first) {
        return scene.image().jobs().require(scene.process(first).job());
    }

    private GroupCut cut(ProcessId first) {
        return job(first).cut().orElseThrow();
    }
}
