// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.engine.ReplicaComparison.Verdict;
import org.krg.state.ClusterStore.AlreadyApplied;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.Sha256;
import org.krg.testkit.Samples;

final class ReplicaComparisonTest {
    private final FakeStore store = new FakeStore(new NodeId("n1"));
    private final MetricRegistry metrics = new MetricRegistry();
    private final Map<NodeId, Replica> replicas = new HashMap<>();
    private final ReplicaComparison comparison =
            new ReplicaComparison(
                    store,
                    (node, after) -> replica(node).digest(after),
                    Duration.ofMillis(200),
                    metrics);

    /// A replica that applies `pace` entries between two questions.
    private static class Replica {
        private final long pace;
        private long applied;
        private String digit = "0";

        Replica(long applied, long pace) {
            this.applied = applied;
            this.pace = pace;
        }

        CompletableFuture<StateHash> digest(long after) {
            applied += pace;
            if (after > 0 && after <= applied) {
                return CompletableFuture.failedFuture(new AlreadyApplied(applied));
            }
            if (after > applied && pace == 0) {
                return new CompletableFuture<>();
            }
            applied = Math.max(after, applied);
            return CompletableFuture.completedFuture(
                    new StateHash(applied, new Revision(applied), new Sha256(digit.repeat(64))));
        }
    }

    @BeforeEach
    void threeNodes() {
        for (var name : new String[] {"n1", "n2", "n3"}) {
            var node = new NodeId(name);
            register(Samples.node(node, 1));
            replicas.put(node, new Replica(40, 0));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void replicasAtOneEntryAreComparedAsTheyAre() {
        var found = comparison.compare();

        assertThat(found.verdict()).isEqualTo(Verdict.EQUAL);
        assertThat(found.replicas()).hasSize(3).allMatch(told -> told.hash().isPresent());
    }

    @Test
    void whileMoreIsWrittenAnEntryThatIsToComeIsComparedAt() {
        put("n1", new Replica(40, 30));
        put("n2", new Replica(47, 30));
        put("n3", new Replica(45, 31));

        assertThat(comparison.compare().verdict()).isEqualTo(Verdict.EQUAL);
    }

    @Test
    void oneThatStandsStillWhileOthersGoOnIsNamed() {
        put("n1", new Replica(40, 3));
        put("n2", new Replica(40, 3));

        var found = comparison.compare();

        assertThat(found.verdict()).isEqualTo(Verdict.EQUAL);
        assertThat(found.replicas().get(2).problem()).isEqualTo("no answer in time");
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() {
        comparison.compare();
        replicas.put(
                new NodeId("n2"),
                new Replica(40, 0) {
                    @Override
                    CompletableFuture<StateHash> digest(long after) {
                        return new CompletableFuture<>();
                    }
                });

        var found = comparison.compare();

        assertThat(found.verdict()).isEqualTo(Verdict.EQUAL);
        assertThat(found.replicas().get(1).problem()).isEqualTo("no answer in time");
    }

    @Test
    void theLeaderKeepsWhatDiffersUntilItIsEqual() {
        store.lead(true);
        replica(new NodeId("n3")).digit = "f";

        comparison.watch();

        assertThat(comparison.problem().orElseThrow()).contains("n3 40/ffffffffffff");
        assertThat(metrics.counter("krg.state.replicas_differ_total").getCount()).isEqualTo(1);

        replica(new NodeId("n3")).digit = "0";
        comparison.watch();
        assertThat(comparison.problem()).isEmpty();
    }

    private Replica replica(NodeId node) {
        return Objects.requireNonNull(replicas.get(node));
    }

    private void register(Node node) {
        var session = new SessionId(replicas.size() + 1);
        var command = new RegisterNode(node, Instant.EPOCH);
        assertThat(store.submit(new Operation(session, 1, 0, command)).join())
                .isInstanceOf(Reply.Accepted.class);
    }

    private void put(String node, Replica replica) {
        replicas.put(new NodeId(node), replica);
    }
}
