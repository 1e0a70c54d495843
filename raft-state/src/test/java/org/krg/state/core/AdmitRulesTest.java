// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.ALICE;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Refusal;
import org.krg.state.model.AddressPool;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Epoch;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StopOrder;
import org.krg.testkit.Samples;

class AdmitRulesTest {
    private static final AddressPool POOL = AddressPool.of("10.201.0.0/29");
    private static final Ipv4Address OWN = POOL.address(0);

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void whatIsAdmittedIsOverUntilItIsRestoredFromTheGenerationOfItsArchive() {
        var process = admit("heat", Samples.spec(), Optional.empty());
        assertThat(scene.process(process).phase()).isInstanceOf(Phase.Ended.class);
        scene.refuse(Refusal.NOT_FOUND, new RestoreFrom(process, 1, scene.now()));

        scene.commit(process, 1, HOME, AWAY);
        scene.accept(new RestoreFrom(process, 1, scene.now()));
        scene.place(process, AWAY);
        scene.start(process);

        assertThat(scene.process(process).phase())
                .isEqualTo(new Phase.Running(AWAY, new Origin.Checkpoint(1), scene.now()));
        assertThat(scene.process(process).epoch()).isEqualTo(new Epoch(1));
    }

    @Test
    void onlyTheFirstGenerationComesFromAnArchive() {
        var process = admit("heat", Samples.spec(), Optional.empty());
        scene.refuse(
                Refusal.CONFLICT,
                new CommitGeneration(Samples.generation(process, 1, new Epoch(1), HOME, AWAY), 1));
        scene.commit(process, 1, HOME, AWAY);

        scene.refuse(
                Refusal.CONFLICT,
                new CommitGeneration(Samples.generation(process, 2, Epoch.ZERO, HOME, AWAY), 1));
    }

    @Test
    void aJobThatIsStoppedBeforeItsGenerationComesTakesNoneIn() {
        var process = admit("heat", Samples.spec(), Optional.empty());

        scene.stop(process);

        var late = Samples.generation(process, 1, Epoch.ZERO, HOME, AWAY);
        scene.refuse(Refusal.CONFLICT, new CommitGeneration(late, 1));
        var stop = new StopOrder(9, Duration.ZERO, scene.now());
        assertThat(scene.refuse(Refusal.CONFLICT, new StopJob(scene.process(process).job(), stop)))
                .contains("has ended");
    }

    @Test
    void aJobThatHasItsGenerationIsNotStoppedBeforeItIsRestored() {
        var process = admit("heat", Samples.spec(), Optional.empty());
        scene.commit(process, 1, HOME, AWAY);

        var stop = new StopOrder(9, Duration.ZERO, scene.now());
        scene.refuse(Refusal.CONFLICT, new StopJob(scene.process(process).job(), stop));

        scene.accept(new RestoreFrom(process, 1, scene.now()));
    }

    @Test
    void aProcessThatWasSubmittedAndHasEndedTakesNoneIn() {
        var process = scene.submit("heat", Samples.spec());
        scene.stop(process);
        var waited = Samples.generation(process, 1, Epoch.ZERO, HOME, AWAY);
        assertThat(scene.process(process).phase()).isInstanceOf(Phase.Ended.class);

        scene.refuse(Refusal.CONFLICT, new CommitGeneration(waited, 1));
    }

    @Test
    void aNameThatLivesIsTaken() {
        scene.submit("heat", Samples.spec());
        assertThat(scene.refuse(Refusal.NAME_TAKEN, command("heat", Samples.spec(), null)))
                .contains("lives");
    }

    @Test
    void theAddressIsOneOfTheJobsPool() {
        var own = Samples.spec().withCellNetwork(POOL);
        scene.refuse(Refusal.INVALID, command("heat", own, null));
        scene.refuse(Refusal.INVALID, command("heat", own, Ipv4Address.of("10.9.9.9")));
        scene.refuse(Refusal.INVALID, command("heat", Samples.spec(), OWN));
        scene.accept(command("heat", own, OWN));
    }

    @Test
    void aRankAloneIsNoJob() {
        scene.refuse(Refusal.INVALID, command("ring", Samples.spec().withRanks(3), null));
    }

    @Test
    void anAddressThatALivingProcessHasIsWaitedFor() {
        var own = Samples.spec().withCellNetwork(POOL);
        var living = scene.submit("first", own);
        var taken = scene.process(living).address();
        var process = admit("second", own, taken);
        scene.commit(process, 1, HOME, AWAY);

        var restore = new RestoreFrom(process, 1, scene.now());
        assertThat(scene.refuse(Refusal.CONFLICT, restore)).contains(taken.orElseThrow() + " now");
        scene.stop(living);
        scene.accept(restore);
    }

    @Test
    void theDirectoryOfALivingJobIsWaitedFor() {
        var own =
                Samples.with(
                        Samples.spec(), CheckpointPolicy.ON_DEMAND.withOwnDirectory("/data/heat"));
        var living = scene.submit("first", own);
        var process = admit("second", own, Optional.empty());
        scene.commit(process, 1, HOME, AWAY);

        var restore = new RestoreFrom(process, 1, scene.now());
        assertThat(scene.refuse(Refusal.CONFLICT, restore)).contains("first", "/data/heat");
        scene.stop(living);
        scene.accept(restore);
    }

    private ProcessId admit(String name, JobSpec spec, Optional<Ipv4Address> address) {
        var admit = new AdmitJob(name, spec, ALICE, address, scene.now());
        var created = new JobId(scene.accepted(admit).created());
        return scene.image().processesOf(created).getFirst().id();
    }

    private AdmitJob command(String name, JobSpec spec, @Nullable Ipv4Address address) {
        return new AdmitJob(name, spec, ALICE, Optional.ofNullable(address), scene.now());
    }
}
