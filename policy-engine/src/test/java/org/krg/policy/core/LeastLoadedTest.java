// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.policy.core.Clusters.NOW;
import static org.krg.policy.core.Clusters.node;
import static org.krg.policy.core.Clusters.offering;
import static org.krg.policy.core.Clusters.process;
import static org.krg.policy.core.Clusters.situation;
import static org.krg.policy.core.Clusters.spec;
import static org.krg.policy.core.Clusters.waiting;
import static org.krg.policy.core.Clusters.with;
import static org.krg.policy.core.Clusters.withFile;
import static org.krg.policy.core.Clusters.withGeneration;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.krg.policy.model.Ledger;
import org.krg.policy.model.Occupancy;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.FailedStart;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Resources;
import org.krg.state.model.UnfitNode;
import org.krg.state.model.Verdict;

final class LeastLoadedTest {
    private static final Origin START = new Origin.Beginning();
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final JobSpec ONE_CORE = spec(1_000, Duration.ZERO);
    private static final HostedProcess NEW = process(9, waiting(START));
    private static final ClusterImage TWO_NODES =
            with(with(ClusterImage.EMPTY, node("n1"), node("n2")), ONE_CORE, NEW);

    @Test
    void equalNodesAreTakenInTheOrderOfTheirNames() {
        assertThat(place(TWO_NODES, Ledger.EMPTY).chosen()).contains(N1);
    }

    @Test
    void theNodeWithLessReservedIsChosen() {
        var busy = with(TWO_NODES, ONE_CORE, process(1, new Phase.Running(N1, START, NOW)));
        assertThat(place(busy, Ledger.EMPTY).chosen()).contains(N2);
    }

    @Test
    void whatWasJustPlacedCountsBeforeTheStateShowsIt() {
        var ledger =
                Ledger.EMPTY.with(
                        new Ledger.Entry(
                                new ProcessId(1), new Epoch(1), N1, new Resources(1_000, 0)));
        var image = with(TWO_NODES, ONE_CORE, process(1, waiting(START)));
        assertThat(place(image, ledger).chosen()).contains(N2);
    }

    @Test
    void theRanksOfAJobAreSpreadAlsoWhenTheyWereJustPlaced() {
        var spec = ONE_CORE.withRanks(3);
        var nodes = with(ClusterImage.EMPTY, node("n1"), node("n2"), node("n3"));
        var first = with(nodes, spec, rank(0, new Phase.Running(N1, START, NOW)));
        var image = with(with(first, spec, rank(1, waiting(START))), spec, rank(2, waiting(START)));
        var entry = new Ledger.Entry(rank(1, NEW.phase()).id(), new Epoch(1), N2, Resources.NONE);

        var policy = new LeastLoaded();
        var second = policy.place(situation(image, Ledger.EMPTY), rank(1, NEW.phase()));
        var third = policy.place(situation(image, Ledger.EMPTY.with(entry)), rank(2, NEW.phase()));

        assertThat(second.chosen()).contains(N2);
        assertThat(second.verdicts().getFirst().reasons())
                .anyMatch(it -> it.contains("other ranks"));
        assertThat(third.chosen()).contains(new NodeId("n3"));
    }

    private static HostedProcess rank(int rank, Phase phase) {
        return new HostedProcess(
                new ProcessId(11 + rank),
                new JobId(10),
                rank,
                Epoch.ZERO,
                phase,
                0,
                List.of(),
                Optional.empty());
    }

    @Test
    void theLedgerForgetsWhatTheStateShows() {
        var entry = new Ledger.Entry(new ProcessId(9), Epoch.ZERO, N1, Resources.NONE);
        assertThat(Ledger.EMPTY.with(entry).settled(TWO_NODES)).isEqualTo(Ledger.EMPTY);
        assertThat(Ledger.EMPTY.with(entry).without(new ProcessId(9))).isEqualTo(Ledger.EMPTY);
    }

    @Test
    void whatWasJustPlacedAddsToWhatIsThereAlready() {
        var entry =
                new Ledger.Entry(new ProcessId(2), new Epoch(1), N1, new Resources(1_000, 1 << 20));
        var there = with(TWO_NODES, ONE_CORE, process(1, new Phase.Running(N1, START, NOW)));
        var image = with(there, ONE_CORE, process(2, waiting(START)));

        var occupancy = Occupancy.of(image, Ledger.EMPTY);
        var both = occupancy.with(image, entry);

        assertThat(both).isEqualTo(Occupancy.of(image, Ledger.EMPTY.with(entry)));
        assertThat(both.on(N1).processes()).isEqualTo(2);
        assertThat(both.on(N1).reserved().cpuMillis()).isEqualTo(2_000);
        assertThat(occupancy.on(N1).processes()).isEqualTo(1);
    }

    @Test
    void aLostNodeIsRejectedWithTheReason() {
        var image = with(TWO_NODES, node("n1").inState(Node.State.LOST, NOW));
        assertThat(verdict(image, N1).reasons()).containsExactly("the node is lost since " + NOW);
        assertThat(place(image, Ledger.EMPTY).chosen()).contains(N2);
    }

    @Test
    void aJobStaysOnTheNodesItNames() {
        var image = with(TWO_NODES, spec(1_000, Duration.ZERO, N2), NEW);
        assertThat(place(image, Ledger.EMPTY).chosen()).contains(N2);
        assertThat(verdict(image, N1).reasons()).containsExactly("the job may only run on [n2]");
    }

    @Test
    void anAgentWithoutRootHostsOnlyItsOwnUser() {
        var image = with(TWO_NODES, offering(node("n1"), false, 1_001, Engine.RESTART));
        assertThat(verdict(image, N1).reasons())
                .containsExactly("its agent runs as uid 1001 and cannot host uid 1000");
    }

    @Test
    void periodicCheckpointsNeedTheirEngine() {
        var image = with(TWO_NODES, spec(1_000, Duration.ofSeconds(5)), NEW);
        image = with(image, offering(node("n1"), true, 0, Engine.RESTART));
        assertThat(verdict(image, N1).reasons())
                .containsExactly("it does not offer the checkpoint engine criu");
    }

    @Test
    void anAddressOfItsOwnNeedsANodeWithTheSamePool() {
        var pool = AddressPool.of("10.201.0.0/16");
        var image =
                with(
                        with(TWO_NODES, Clusters.withCells(node("n2"), pool)),
                        ONE_CORE.withCellNetwork(pool),
                        NEW);
        assertThat(place(image, Ledger.EMPTY).chosen()).contains(N2);
        assertThat(verdict(image, N1).reasons())
                .containsExactly("cells cannot have addresses of 10.201.0.0/16 there");
    }

    @Test
    void aCheckpointIsRestoredWhereCriuWorksAndPreferablyWhereACopyIs() {
        var restoring = process(9, waiting(new Origin.Checkpoint(1)));
        var image = withGeneration(with(TWO_NODES, ONE_CORE, restoring), 9, "n2");
        assertThat(place(image, Ledger.EMPTY).chosen()).contains(N2);

        var without = with(image, offering(node("n2"), true, 0, Engine.RESTART));
        assertThat(place(without, Ledger.EMPTY).chosen()).contains(N1);
    }

    @Test
    void aNodeThatCouldNotRestoreACheckpointIsLeftOutUntilItsAgentStartsAnewOrTimeHasPassed() {
        var restoring = process(9, waiting(new Origin.Checkpoint(1)));
        var whole = withGeneration(with(TWO_NODES, ONE_CORE, restoring), 9, "n2");
        var starts = node("n2").agentStarts();
        var image = unfit(whole, new UnfitNode(N2, starts, 1, NOW.plusSeconds(60), "no table"));

        assertThat(place(image, Ledger.EMPTY).chosen()).contains(N1);
        assertThat(verdict(image, N2).reasons())
                .containsExactly(
                        "it could not bring checkpoint 9.1 back and is tried again at %s: no table"
                                .formatted(NOW.plusSeconds(60)));

        var later = unfit(whole, new UnfitNode(N2, starts, 1, NOW, "no table"));
        assertThat(place(later, Ledger.EMPTY).chosen()).contains(N2);
        var ahead = UnfitNode.MAX_PAUSE.multipliedBy(2).plusSeconds(1);
        var wrong = unfit(whole, new UnfitNode(N2, starts, 1, NOW.plus(ahead), "no table"));
        assertThat(place(wrong, Ledger.EMPTY).chosen()).contains(N2);
        var anew = with(image, node("n2").registered(starts + 1, NOW));
        assertThat(place(anew, Ledger.EMPTY).chosen()).contains(N2);
    }

    @Test
    void aCheckpointIsNotRestoredBeforeANodeThatHasItIsReady() {
        var restoring = process(9, waiting(new Origin.Checkpoint(1)));
        var image = withGeneration(with(TWO_NODES, ONE_CORE, restoring), 9, "n2");

        var lost = with(image, node("n2").inState(Node.State.LOST, NOW));

        assertThat(place(lost, Ledger.EMPTY).chosen()).isEmpty();
        assertThat(verdict(lost, N1).reasons())
                .containsExactly("no node that has checkpoint 9.1 is ready: it is on n2");
    }

    private static ClusterImage unfit(ClusterImage image, UnfitNode unfit) {
        var id = new GenerationId(new ProcessId(9), 1);
        var generation = image.generations().require(id).withUnfit(List.of(unfit));
        return image.withGenerations(image.generations().with(id, generation));
    }

    @Test
    void aProgramThatSavesItselfComesBackWithoutCriu() {
        var restoring = process(9, waiting(new Origin.Checkpoint(1)));
        var own = spec(Engine.COOPERATIVE, 1_000, Duration.ZERO);
        var image = withGeneration(with(TWO_NODES, own, restoring), 9, "n2");
        image = with(image, offering(node("n1"), true, 0, Engine.CRIU, Engine.RESTART));
        image = with(image, offering(node("n2"), true, 0, Engine.COOPERATIVE, Engine.RESTART));

        assertThat(place(image, Ledger.EMPTY).chosen()).contains(N2);
        assertThat(verdict(image, N1).reasons())
                .containsExactly("it cannot restore a checkpoint: cells are not isolated there");
    }

    @Test
    void whoPutsPagesBackIntoAFileWaitsForItsNode() {
        var restoring = process(9, waiting(new Origin.Checkpoint(1)));
        var image = withGeneration(with(TWO_NODES, ONE_CORE, restoring), 9, "n2");
        var whole = withFile(image, 9, "n1");
        assertThat(place(whole, Ledger.EMPTY).chosen()).isPresent();

        var lost = with(whole, node("n1").inState(Node.State.LOST, NOW));

        assertThat(place(lost, Ledger.EMPTY).chosen()).isEmpty();
        assertThat(verdict(lost, N2).reasons())
                .containsExactly(
                        "segment plate is put back into the file n1:/srv/plate, whose node is lost");
    }

    @Test
    void pagesOfItsSharedMemoryDrawAProcess() {
        var decision = place(pages(10, 30));

        assertThat(decision.chosen()).contains(N2);
        assertThat(decision.verdicts().getLast().reasons())
                .contains("has 30 of 40 pages of its shared memory: +0.188");
        assertThat(place(pages(0, 0)).verdicts().getLast().reasons()).hasSize(1);
    }

    @Test
    void aNodeThatIsNearlyFullIsNoPlaceForAllItsPages() {
        var most = spec(3_000, Duration.ZERO);
        var busy = with(TWO_NODES, most, process(1, new Phase.Running(N2, START, NOW)));

        var decision =
                new LeastLoaded().place(new Situation(busy, Ledger.EMPTY, pages(0, 40), NOW), NEW);

        assertThat(decision.chosen()).contains(N1);
    }

    private static PlacementDecision place(SortedMap<NodeId, ProgramFacts> facts) {
        return new LeastLoaded().place(new Situation(TWO_NODES, Ledger.EMPTY, facts, NOW), NEW);
    }

    private static SortedMap<NodeId, ProgramFacts> pages(long first, long second) {
        var same = new ProgramFacts(ProgramFacts.Presence.SAME, "the digest matches");
        var facts = new TreeMap<NodeId, ProgramFacts>();
        facts.put(N1, same.withPages(first));
        facts.put(N2, same.withPages(second));
        return facts;
    }

    @Test
    void theProgramMustBeThereAndTheSame() {
        var facts = new TreeMap<NodeId, ProgramFacts>();
        facts.put(N1, new ProgramFacts(ProgramFacts.Presence.MISSING, "/opt/heat"));
        facts.put(N2, new ProgramFacts(ProgramFacts.Presence.DIFFERENT, "/opt/heat"));
        var decision =
                new LeastLoaded().place(new Situation(TWO_NODES, Ledger.EMPTY, facts, NOW), NEW);
        assertThat(decision.chosen()).isEmpty();
        assertThat(decision.verdicts())
                .extracting(verdict -> verdict.reasons().getFirst())
                .containsExactly(
                        "no such program: /opt/heat", "another program of that name: /opt/heat");
    }

    @Test
    void impossibleResourcesAreNamedWithTheirNumbers() {
        var image = with(TWO_NODES, spec(64_000, Duration.ZERO), NEW);
        assertThat(place(image, Ledger.EMPTY).chosen()).isEmpty();
        assertThat(verdict(image, N1).reasons())
                .containsExactly("cpu: wants 64.0, has 4.0 of 4.0 free");
    }

    @Test
    void aNodeWhereItFailedToStartComesLast() {
        var failed = new FailedStart(N1, new Epoch(1), START, "no space", NOW);
        var process =
                new HostedProcess(
                        NEW.id(),
                        NEW.job(),
                        0,
                        new Epoch(1),
                        NEW.phase(),
                        0,
                        List.of(failed),
                        Optional.empty());
        assertThat(place(with(TWO_NODES, ONE_CORE, process), Ledger.EMPTY).chosen()).contains(N2);
    }

    private static PlacementDecision place(ClusterImage image, Ledger ledger) {
        return new LeastLoaded()
                .place(situation(image, ledger), image.processes().require(NEW.id()));
    }

    private static Verdict verdict(ClusterImage image, NodeId node) {
        return place(image, Ledger.EMPTY).verdicts().stream()
                .filter(verdict -> verdict.node().equals(node))
                .findFirst()
                .orElseThrow();
    }
}
