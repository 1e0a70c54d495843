// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.ALICE;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.Refusal;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Job;
import org.krg.state.model.StopOrder;
import org.krg.testkit.Samples;

class AddressesTest {
    private static final AddressPool SIX = AddressPool.of("10.201.0.0/29");

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aJobOnTheNetworkOfItsNodeHasNoAddress() {
        scene.accepted(new SubmitJob("heat", Samples.spec(), ALICE, scene.now()));

        assertThat(addresses()).containsExactly(Optional.empty());
    }

    @Test
    void everyLivingProcessHasAnAddressOfItsOwn() {
        submit(SIX.size());

        assertThat(new TreeSet<>(addresses().stream().map(Optional::orElseThrow).toList()))
                .hasSize(6)
                .first()
                .isEqualTo(Ipv4Address.of("10.201.0.1"));
    }

    @Test
    void theAddressOfWhatHasEndedIsFreeAgainAndOthersAreRefusedUntilThen() {
        submit(SIX.size());
        var late = new SubmitJob("late", Samples.spec().withCellNetwork(SIX), ALICE, scene.now());
        assertThat(scene.refuse(Refusal.LIMIT, late)).contains("all 6 addresses");
        var ended = scene.image().jobs().values().getFirst();
        var free = process(scene.image(), ended).address();

        // It waits for a node, so that it is over at once.
        scene.accepted(new StopJob(ended.id(), new StopOrder(15, Duration.ZERO, scene.now())));
        scene.accepted(late);

        assertThat(addresses().getLast()).isEqualTo(free);
    }

    @Test
    void anAddressIsNotGivenOutAgainAtOnce() {
        submit(1);
        var first = addresses().getFirst();
        var job = scene.image().jobs().values().getFirst();
        scene.accepted(new StopJob(job.id(), new StopOrder(15, Duration.ZERO, scene.now())));

        scene.accepted(
                new SubmitJob("next", Samples.spec().withCellNetwork(SIX), ALICE, scene.now()));

        assertThat(addresses().getLast()).isNotEqualTo(first);
    }

    private void submit(int count) {
        IntStream.range(0, count)
                .forEach(number ->
                        scene.accepted(
                                new SubmitJob(
                                        "job-" + number,
                                        Samples.spec().withCellNetwork(SIX),
                                        ALICE,
                                        scene.now())));
    }

    private List<Optional<Ipv4Address>> addresses() {
        return scene.image().processes().values().stream().map(HostedProcess::address).toList();
    }

    private static HostedProcess process(ClusterImage image, Job job) {
        return image.processesOf(job.id()).getFirst();
    }
}
