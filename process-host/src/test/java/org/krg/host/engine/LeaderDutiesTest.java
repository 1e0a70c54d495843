// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.node;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Images;
import org.krg.policy.core.LeastLoaded;
import org.krg.policy.core.Policy;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.Command;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Operation;
import org.krg.state.command.PolicyCommand.ActivatePolicy;
import org.krg.state.command.PolicyCommand.StorePolicy;
import org.krg.state.command.ProcessCommand.RecordUnplaced;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.Reply;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.PolicyId;
import org.krg.state.model.SessionId;

final class LeaderDutiesTest {
    private static final Duration BOUND = Duration.ofMillis(500);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final String FAILURES = "krg.host.policy_failures_total";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final ProgramFacts MISSING =
            new ProgramFacts(ProgramFacts.Presence.MISSING, "no file /bin/true");

    private final FakeStore store = new FakeStore(HERE);
    private final ManualTicker ticker = new ManualTicker();
    private final AtomicLong sessions = new AtomicLong();
    private final MetricRegistry metrics = new MetricRegistry();
    private volatile Instant wall = NOW;
    private volatile Policy policy = new LeastLoaded();
    private volatile ProgramFacts facts = new ProgramFacts(ProgramFacts.Presence.SAME, "there");
    private final LeaderDuties duties =
            new LeaderDuties(
                    store,
                    new Chosen(),
                    (_, _) -> CompletableFuture.completedFuture(facts),
                    BOUND,
                    () -> new SessionId(sessions.incrementAndGet()),
                    ticker,
                    () -> wall,
                    metrics);

    /// Has the policy of the test decide.
    private final class Chosen implements Policy {
        @Override
        public String name() {
            return policy.name();
        }

        @Override
        public PlacementDecision place(Situation situation, HostedProcess process) {
            return policy.place(situation, process);
        }
    }

    /// Takes a fifth of a turn for each decision, and has a node renew its lease during the first.
    private final class Slow implements Policy {
        private final AtomicInteger decisions = new AtomicInteger();
        private final CompletableFuture<Integer> answered = new CompletableFuture<>();

        @Override
        public String name() {
            return "slow@1";
        }

        @Override
        public PlacementDecision place(Situation situation, HostedProcess process) {
            ticker.advance(Placing.TURN.dividedBy(5));
            if (decisions.incrementAndGet() == 1) {
                var _ = duties.renew(HERE, 1).thenAccept(_ -> answered.complete(decisions.get()));
            }
            return new LeastLoaded().place(situation, process);
        }
    }

    @BeforeEach
    void twoNodes() {
        propose(new RegisterNode(node(HERE, 0, Node.State.READY), NOW));
        propose(new RegisterNode(node(AWAY, 0, Node.State.READY), NOW));
        duties.start();
    }

    @AfterEach
    void stop() {
        duties.close();
    }

    @Test
    void aSilentNodeIsDeclaredLostWhenItsLeaseAndTheBoundAreOver() {
        store.lead(true);
        renew(HERE);
        ticker.advance(LEASE);
        renew(HERE);
        assertThat(state(AWAY)).isEqualTo(Node.State.READY);

        ticker.advance(BOUND);

        await().atMost(LIMIT).until(() -> state(AWAY) == Node.State.LOST);
        assertThat(state(HERE)).isEqualTo(Node.State.READY);
        assertThat(store.commands(DeclareNodeLost.class)).hasSize(1);
    }

    @Test
    void aNewLeaderGrantsEveryNodeItsFullTime() {
        store.lead(true);
        renew(HERE);
        ticker.advance(LEASE);
        store.lead(false);
        store.lead(true);
        renew(HERE);
        ticker.advance(LEASE.minusSeconds(1));
        renew(HERE);

        assertThat(state(AWAY)).isEqualTo(Node.State.READY);
    }

    @Test
    void aNodeThatDoesNotLeadGrantsNothing() {
        store.lead(false);
        assertThatThrownBy(() -> duties.renew(HERE, 1).get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NoQuorum.class);
    }

    @Test
    void aLostNodeIsToldToRegisterAgain() throws Exception {
        store.lead(true);
        propose(new DeclareNodeLost(AWAY, 1, NOW));
        assertThat(duties.renew(AWAY, 1).get(20, TimeUnit.SECONDS))
                .isInstanceOf(Renewals.Answer.Refused.class);
    }

    @Test
    void anEarlierRegistrationIsNotRenewed() throws Exception {
        store.lead(true);
        propose(new RegisterNode(node(AWAY, 0, Node.State.READY), NOW));
        assertThat(duties.renew(AWAY, 1).get(20, TimeUnit.SECONDS))
                .isInstanceOf(Renewals.Answer.Refused.class);
        assertThat(duties.renew(AWAY, 2).get(20, TimeUnit.SECONDS))
                .isInstanceOf(Renewals.Answer.Granted.class);
    }

    @Test
    void aProcessThatWaitsIsPlacedAndWhyIsRecorded() {
        store.lead(true);
        submit("heat");

        await().atMost(LIMIT).until(() -> phase() instanceof Phase.Starting);
        var decision = store.image().processes().values().getFirst().decision();
        assertThat(decision.flatMap(it -> it.chosen())).isPresent();
    }

    /// The policy of this test never is the one that is agreed on.
    @Test
    void aPolicyThatDoesNotDecideIsCounted() {
        store.lead(true);
        submit("before");
        await().atMost(LIMIT).until(() -> phase() instanceof Phase.Starting);
        assertThat(metrics.counter(FAILURES).getCount()).isZero();
        propose(new StorePolicy("mine", "a test", "version = 1", "ann", NOW));
        propose(new ActivatePolicy(Optional.of(new PolicyId("mine", 1))));

        submit("after");

        await().atMost(LIMIT).until(() -> metrics.counter(FAILURES).getCount() > 0);
    }

    @Test
    void nodesHearAtOnceWhatIsAgreedAboutAProgram() {
        store.lead(true);
        submit("heat");

        await().atMost(LIMIT).until(() -> phase() instanceof Phase.Starting);
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(store.announced()).contains(store.image().revision()));
    }

    @Test
    void processesPlacedOneAfterTheOtherSpread() {
        store.lead(true);
        submit("one");
        submit("two");

        await().atMost(LIMIT)
                .until(() ->
                        store.image().processes().values().stream()
                                .allMatch(it -> it.phase() instanceof Phase.Starting));
        assertThat(store.image().processes().values())
                .extracting(it -> it.phase().host())
                .containsExactlyInAnyOrder(Optional.of(HERE), Optional.of(AWAY));
    }

    @Test
    void aProcessThatNoNodeCanTakeIsExplainedOnce() {
        facts = MISSING;
        store.lead(true);
        submit("heat");

        await().atMost(LIMIT).until(() -> !store.commands(RecordUnplaced.class).isEmpty());
        ticker.advance(Duration.ofSeconds(2));
        renew(HERE);
        renew(HERE);

        assertThat(store.commands(RecordUnplaced.class)).hasSize(1);
        assertThat(phase()).isInstanceOf(Phase.Waiting.class);
    }

    /// However many wait and however long the policy thinks about them.
    @Test
    void aRenewalIsAnsweredBeforeAllThatWaitHaveBeenThoughtOf() {
        facts = MISSING;
        var slow = new Slow();
        policy = slow;
        submitMany(200);

        store.lead(true);

        assertThat(slow.answered).succeedsWithin(LIMIT).isEqualTo(5);
        await().atMost(LIMIT).until(() -> store.commands(RecordUnplaced.class).size() == 200);
    }

    /// What is free changes with every program, for all that wait.
    @Test
    void reasonsThatChangeForAllThatWaitAreWrittenAFewAtATime() {
        var most = Placing.MOST_TOLD_AT_ONCE;
        var all = most + 30;
        facts = MISSING;
        submitMany(all);
        store.lead(true);
        await().atMost(LIMIT).until(() -> store.commands(RecordUnplaced.class).size() == all);

        facts = new ProgramFacts(ProgramFacts.Presence.MISSING, "no directory /bin");
        ticker.advance(Duration.ofSeconds(6));
        renewAll();
        await().atMost(LIMIT).until(() -> countChanged() == most);
        ticker.advance(Placing.TELLING.multipliedBy(10));
        await().atMost(LIMIT).until(() -> countChanged() == most + 10);
        ticker.advance(Duration.ofSeconds(6));
        renewAll();

        await().atMost(LIMIT).until(() -> countChanged() == all);
        assertThat(store.commands(RecordUnplaced.class)).hasSize(2 * all);
    }

    private long countChanged() {
        return store.image().processes().values().stream()
                .flatMap(process -> process.decision().stream())
                .filter(decision -> decision.toString().contains("no directory"))
                .count();
    }

    private void submitMany(int count) {
        for (var i = 0; i < count; i++) {
            submit("heat" + i);
        }
    }

    private void renewAll() {
        renew(HERE);
        renew(AWAY);
    }

    @Test
    void aJobOfANodeWhoseClockIsAheadIsPlacedAtOnce() {
        wall = NOW.minus(Duration.ofHours(5));
        store.lead(true);
        submit("heat");

        await().atMost(LIMIT).until(() -> phase() instanceof Phase.Starting);
    }

    @Test
    void aPauseIsOverByTheMonotonicClockWhateverBecomesOfTheWallClock() {
        store.lead(true);
        submit("heat");
        await().atMost(LIMIT).until(() -> phase() instanceof Phase.Starting);
        var process = store.image().processes().values().getFirst();
        var node = process.phase().host().orElseThrow();
        propose(
                new ReportStartFailed(
                        process.id(), process.epoch(), node, "no space", false, 1, NOW));
        wall = NOW.plus(Duration.ofHours(5));
        submit("other");
        await().atMost(LIMIT)
                .until(() ->
                        store.image().processes().values().getLast().phase()
                                instanceof Phase.Starting);
        assertThat(phase()).isInstanceOf(Phase.Waiting.class);

        wall = NOW.minus(Duration.ofHours(5));
        ticker.advance(Duration.ofSeconds(1));

        await().atMost(LIMIT).until(() -> phase() instanceof Phase.Starting);
    }

    private Phase phase() {
        return store.image().processes().values().getFirst().phase();
    }

    private Node.State state(NodeId node) {
        return store.image().nodes().require(node).state();
    }

    /// Returns when the duties have seen everything that came before.
    private void renew(NodeId node) {
        var starts = store.image().nodes().require(node).agentStarts();
        assertThat(duties.renew(node, starts)).succeedsWithin(LIMIT);
    }

    private void submit(String name) {
        var spec = Images.spec(List.of("/bin/true"), CheckpointPolicy.ON_DEMAND);
        propose(new SubmitJob(name, spec, spec.runAs(), NOW));
    }

    private void propose(Command command) {
        var operation = new Operation(new SessionId(sessions.incrementAndGet()), 1, 0, command);
        assertThat(store.submit(operation).join()).isInstanceOf(Reply.Accepted.class);
    }
}
