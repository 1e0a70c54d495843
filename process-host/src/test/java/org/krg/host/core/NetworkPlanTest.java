// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.krg.host.core.NetworkStep.Forget;
import org.krg.host.core.NetworkStep.Forward;
import org.krg.host.core.NetworkStep.Lead;
import org.krg.host.core.NetworkStep.MakeSink;
import org.krg.host.core.NetworkStep.RemoveLink;
import org.krg.host.core.NetworkStep.RemoveSink;
import org.krg.host.core.SeenNetwork.Link;
import org.krg.host.model.CellId;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

class NetworkPlanTest {
    private static final Ipv4Address ADDRESS = Ipv4Address.of("10.201.0.7");
    private static final Ipv4Address GATEWAY = Ipv4Address.of("192.168.0.2");
    private static final Phase RUNS_HERE = new Phase.Running(HERE, new Origin.Beginning(), NOW);
    private static final Phase RUNS_AWAY = new Phase.Running(AWAY, new Origin.Beginning(), NOW);

    private SeenNetwork seen =
            new SeenNetwork(
                    true,
                    List.of(),
                    new TreeMap<>(),
                    new TreeMap<>(),
                    new TreeMap<>(Map.of(HERE, Optional.empty(), AWAY, Optional.of(GATEWAY))));

    @Test
    void aMachineWithoutCellsOfTheirOwnAddressStaysAsItIs() {
        seen = without(seen, false);

        assertThat(plan(Images.empty())).isEmpty();
    }

    @Test
    void whatIsSentToAnAddressInUseIsTakenAlsoWhereTheCellIsNot() {
        seen = without(seen, false);

        assertThat(plan(process(1, RUNS_AWAY)))
                .containsExactly(new MakeSink(), new Forward(ADDRESS, GATEWAY));
    }

    @Test
    void nothingIsLeftWhenTheLastAddressIsFree() {
        seen = forwarding(seen);

        assertThat(plan(process(1, ended())))
                .containsExactly(new Forget(ADDRESS), new RemoveSink());
    }

    @Test
    void aConnectedCellIsLedToAgainWhenItsRouteIsGone() {
        var link = link(HERE, 1, true);
        seen = with(seen, link);

        assertThat(plan(process(1, RUNS_HERE))).containsExactly(new Lead(link));
    }

    @Test
    void aCellThatIsCutIsNotConnectedByTheWay() {
        seen = with(seen, link(HERE, 1, false));

        assertThat(plan(process(1, RUNS_HERE))).isEmpty();
    }

    @Test
    void theLinkOfAnIncarnationThatWasFollowedIsRemovedAtOnce() {
        var old = link(HERE, 1, true);
        seen = with(seen, old);

        assertThat(plan(process(2, RUNS_AWAY)))
                .containsExactly(new RemoveLink(old), new Forward(ADDRESS, GATEWAY));
        assertThat(plan(process(2, RUNS_HERE))).containsExactly(new RemoveLink(old));
    }

    @Test
    void theLinkOfAProcessThatNobodyKnowsAnyMoreIsRemoved() {
        var old = link(HERE, 1, false);
        seen = with(seen, old);

        assertThat(plan(Images.empty())).contains(new RemoveLink(old));
    }

    @Test
    void aReplicaThatIsBehindRemovesNothing() {
        seen = with(seen, link(HERE, 3, true));

        assertThat(plan(process(2, RUNS_AWAY))).containsExactly(new Forward(ADDRESS, GATEWAY));
    }

    @Test
    void theLinkOfAnIncarnationThatIsToArriveIsKept() {
        seen = with(seen, link(HERE, 2, false));
        var image = process(1, 2, RUNS_AWAY);
        var migration =
                new Migration(
                        new MigrationId(77),
                        new Migration.Route(
                                new ProcessId(7), AWAY, HERE, new Epoch(1), new Epoch(2)),
                        Migration.Mode.STOP_COPY,
                        Duration.ofMinutes(1),
                        NOW,
                        "asked",
                        new Migration.Sent(0, 0),
                        new Migration.Step.Arriving(1, NOW));
        var moving = image.withMigrations(image.migrations().with(migration.id(), migration));

        assertThat(plan(moving)).containsExactly(new Forward(ADDRESS, GATEWAY));
        assertThat(plan(image)).contains(new RemoveLink(link(HERE, 2, false)));
    }

    @Test
    void whatAnEndedProgramWroteMayStillBeDelivered() {
        var link = link(HERE, 1, true);
        seen = with(seen, link);
        var image = process(1, ended());

        assertThat(NetworkPlan.plan(image, HERE, seen, NOW.plusSeconds(60))).isEmpty();
        assertThat(NetworkPlan.plan(image, HERE, seen, NOW.plusSeconds(180)))
                .containsExactly(new RemoveLink(link));
    }

    @Test
    void linksOfOtherNodesInTheSameNamespaceAreTheirs() {
        seen = with(seen, link(AWAY, 1, true));

        assertThat(plan(process(2, RUNS_HERE))).isEmpty();
    }

    @Test
    void anAddressOfANodeInTheSameNamespaceIsLedByThatNode() {
        seen =
                new SeenNetwork(
                        true,
                        List.of(link(AWAY, 1, true)),
                        new TreeMap<>(Map.of(ADDRESS, "krg1")),
                        new TreeMap<>(Map.of(ADDRESS, GATEWAY)),
                        new TreeMap<>(Map.of(AWAY, Optional.empty())));

        assertThat(plan(process(1, RUNS_AWAY))).containsExactly(new Forget(ADDRESS));
    }

    @Test
    void anAddressThatLeadsToItsMachineIsLeftAlone() {
        seen = forwarding(seen);

        assertThat(plan(process(1, RUNS_AWAY))).isEmpty();
        assertThat(plan(process(1, RUNS_HERE))).isEmpty();
    }

    private List<NetworkStep> plan(ClusterImage image) {
        return NetworkPlan.plan(image, HERE, seen, NOW.plusSeconds(1));
    }

    private static ClusterImage process(long epoch, Phase phase) {
        return process(epoch, epoch, phase);
    }

    private static ClusterImage process(long epoch, long lastEpoch, Phase phase) {
        var process =
                Images.process(7, epoch, phase)
                        .withLastEpoch(new Epoch(lastEpoch))
                        .withAddress(ADDRESS);
        return Images.with(Images.empty(), process);
    }

    private static Phase ended() {
        return new Phase.Ended(new Outcome.Cancelled(), Optional.of(HERE), NOW);
    }

    private static Link link(NodeId node, long epoch, boolean up) {
        return new Link("krg1", node, new CellId(7, epoch), ADDRESS, up);
    }

    private static SeenNetwork with(SeenNetwork seen, Link link) {
        return new SeenNetwork(
                seen.sink(), List.of(link), seen.direct(), seen.forwarded(), seen.gateways());
    }

    private static SeenNetwork without(SeenNetwork seen, boolean sink) {
        return new SeenNetwork(
                sink, seen.links(), seen.direct(), seen.forwarded(), seen.gateways());
    }

    private static SeenNetwork forwarding(SeenNetwork seen) {
        return new SeenNetwork(
                seen.sink(),
                seen.links(),
                seen.direct(),
                new TreeMap<>(Map.of(ADDRESS, GATEWAY)),
                seen.gateways());
    }
}
