// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.host.core.CutTimes;
import org.krg.host.core.FailedRanks;
import org.krg.host.core.Leases;
import org.krg.policy.core.Policy;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.Leadership;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What only the leader may do, as long as this node leads: measure the nodes' leases and declare
/// silent nodes lost, and place processes that wait ([Placing]). Every proposal carries the
/// leader's term and has no effect under another one.
///
/// All fields are owned by the thread of the duties.
public final class LeaderDuties implements Renewals, AutoCloseable {
    /// Characters of a command in the log of the agent.
    private static final int MOST_SHOWN = 500;

    private static final Logger log = LoggerFactory.getLogger(LeaderDuties.class);

    /// Renewals of a few hundred nodes may wait; a full inbox pushes back on their connections.
    private static final int INBOX_SIZE = 4_096;

    /// How late the end of a lease is seen at most.
    private static final Duration TICK = Duration.ofMillis(100);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final ClusterStore store;
    private final Policy policy;
    private final Duration bound;
    private final Supplier<SessionId> sessions;
    private final Ticker ticker;
    private final InstantSource wall;
    private final MetricRegistry metrics;
    private final Facts facts;
    private final InputLoop<Input> loop;

    private Optional<Reign> reign = Optional.empty();

    private sealed interface Input {
        record Leads(Leadership leadership) implements Input {}

        record Renew(
                NodeId node, long agentStarts, Duration received, CompletableFuture<Answer> answer)
                implements Input {}

        record Answered(Facts.Key key, ProgramFacts facts) implements Input {}

        record Replied(long term, Object subject, Optional<Reply> reply) implements Input {}
    }

    /// One uninterrupted leadership of this node.
    private static final class Reign {
        private final long term;
        private final SessionId session;
        private final Placing placing;
        private final Set<Object> proposed = new HashSet<>();
        private long sequence;
        private Leases<NodeId> nodes = Leases.none();
        private Leases<MigrationId> moves = Leases.none();
        private FailedRanks failed = FailedRanks.NONE;
        private Leases<JobId> cuts = Leases.none();
        private Revision judged = Revision.ZERO;
        private ClusterImage spread = ClusterImage.EMPTY;

        Reign(long term, SessionId session, Placing placing) {
            this.term = term;
            this.session = session;
            this.placing = placing;
        }
    }

    /// @param bound what is waited beyond a lease's time before it is ended
    /// @param sessions random numbers that nobody else picks
    public LeaderDuties(
            ClusterStore store,
            Policy policy,
            Probes probes,
            Duration bound,
            Supplier<SessionId> sessions,
            Ticker ticker,
            InstantSource wall,
            MetricRegistry metrics) {
        this.store = store;
        this.policy = policy;
        this.bound = bound;
        this.sessions = sessions;
        this.ticker = ticker;
        this.wall = wall;
        this.metrics = metrics;
        this.loop = new InputLoop<>("krg-leader", INBOX_SIZE, STOP_LIMIT, new Owner());
        this.facts =
                new Facts(probes, ticker, (key, told) -> loop.post(new Input.Answered(key, told)));
    }

    /// Begins to watch who leads.
    public void start() {
        loop.start();
        store.onLeadership(leadership -> loop.post(new Input.Leads(leadership)));
        // Ends with the store.
        var _ = store.onChange(_ -> wake());
    }

    /// Renews a node's lease; the answer comes after a majority confirmed that this node leads.
    @Override
    public CompletableFuture<Answer> renew(NodeId node, long agentStarts) {
        var received = ticker.now();
        return store.confirmLeadership()
                .thenCompose(_ -> {
                    var answer = new CompletableFuture<Answer>();
                    loop.post(new Input.Renew(node, agentStarts, received, answer));
                    return answer;
                });
    }

    @Override
    public void close() {
        loop.close();
    }

    private void wake() {
        loop.wake();
    }

    private final class Owner implements InputLoop.Owner<Input> {
        @Override
        public void handle(Input input) {
            LeaderDuties.this.handle(input);
        }

        @Override
        public void look() {
            reign.ifPresent(now -> rule(now));
        }

        @Override
        public Duration nextPause() {
            return TICK;
        }
    }

    private void handle(Input input) {
        switch (input) {
            case Input.Leads(var leadership) -> follow(leadership);
            case Input.Renew renewal ->
                    reign.ifPresentOrElse(
                            now -> renew(now, renewal),
                            () ->
                                    renewal.answer()
                                            .completeExceptionally(
                                                    new NoQuorum("this node does not lead")));
            case Input.Answered(var key, var told) -> {
                facts.answer(key, told);
                reign.ifPresent(now -> now.placing.answered());
            }
            case Input.Replied(var term, var subject, var reply) ->
                    reign.filter(now -> now.term == term)
                            .ifPresent(now -> replied(now, subject, reply));
        }
    }

    private void follow(Leadership leadership) {
        var leads = leadership.mine() ? Optional.of(leadership.term()) : Optional.<Long>empty();
        if (leads.equals(reign.map(now -> now.term))) {
            return;
        }
        reign = leads.map(term -> new Reign(term, sessions.get(), placing()));
        log.info(
                leadership.mine()
                        ? "this node leads, its duties begin term={}"
                        : "this node does not lead, its duties rest term={}",
                leadership.term());
    }

    private Placing placing() {
        return new Placing(
                policy,
                facts,
                ticker,
                wall,
                metrics,
                (process, command) -> reign.ifPresent(now -> propose(now, process, command)));
    }

    private void rule(Reign now) {
        var image = store.image();
        measure(now, image);
        for (var node : now.nodes.expired(ticker.now())) {
            var row = image.nodes().require(node);
            if (propose(now, node, new DeclareNodeLost(node, row.agentStarts(), wall.instant()))) {
                log.warn("node is silent, its lease is over node={}", node);
            }
        }
        for (var id : now.moves.expired(ticker.now())) {
            var limit = image.migrations().require(id).limit().toSeconds();
            var reason = "it was not done within " + limit + " s";
            if (propose(now, id, new AbortMigration(id, reason, wall.instant()))) {
                log.warn("migration takes too long migration={} limit={}s", id, limit);
            }
        }
        judge(now, image);
        spread(now, image);
        now.placing.look(image);
    }

    /// Ends what must not go on of parallel jobs.
    private void judge(Reign now, ClusterImage image) {
        if (!image.revision().equals(now.judged)) {
            now.judged = image.revision();
            now.failed = now.failed.following(image, ticker.now());
            now.cuts = now.cuts.following(CutTimes.grants(image), ticker.now());
        }
        for (var id : now.cuts.expired(ticker.now())) {
            var cut = image.jobs().find(id).flatMap(Job::activeCut);
            if (cut.isPresent()
                    && propose(
                            now, id, new AbandonCut(id, cut.get().number(), "it took too long"))) {
                log.warn("checkpoint of a job takes too long job={}", id);
            }
        }
        for (var order : now.failed.due(image, now.nodes)) {
            if (propose(now, order.job(), order)) {
                log.info("a rank failed, the others are told to end job={}", order.job());
            }
        }
    }

    /// Nodes act on what they have heard of the log, with the next entry or heartbeat. Where it is
    /// about programs they hear at once.
    private void spread(Reign now, ClusterImage image) {
        if (concernsPrograms(now.spread, image)) {
            store.announce();
        }
        now.spread = image;
    }

    @SuppressWarnings("ReferenceEquality") // Tables that are the same need not be compared.
    private static boolean concernsPrograms(ClusterImage before, ClusterImage after) {
        return before.processes() != after.processes()
                || before.jobs() != after.jobs()
                || before.migrations() != after.migrations();
    }

    private void measure(Reign now, ClusterImage image) {
        var nodes = new ArrayList<Leases.Grant<NodeId>>();
        for (var node : ready(image)) {
            nodes.add(
                    new Leases.Grant<>(node.id(), node.agentStarts(), node.leaseTtl().plus(bound)));
        }
        now.nodes = now.nodes.following(nodes, ticker.now());
        var moves =
                image.migrations().values().stream()
                        .filter(LeaderDuties::canBeGivenUp)
                        .map(it -> new Leases.Grant<>(it.id(), it.id().value(), it.limit()))
                        .toList();
        now.moves = now.moves.following(moves, ticker.now());
    }

    private void renew(Reign now, Input.Renew renewal) {
        var image = store.image();
        measure(now, image);
        if (!now.nodes.holds(renewal.node(), renewal.agentStarts())) {
            renewal.answer()
                    .complete(
                            new Answer.Refused(
                                    "node "
                                            + renewal.node()
                                            + " does not hold the lease of its start "
                                            + renewal.agentStarts()));
        } else if (now.proposed.contains(renewal.node())) {
            renewal.answer()
                    .completeExceptionally(
                            new NoQuorum("node " + renewal.node() + " is being declared lost"));
        } else {
            now.nodes =
                    now.nodes.renewed(renewal.node(), renewal.agentStarts(), renewal.received());
            renewal.answer().complete(new Answer.Granted(image.revision()));
        }
    }

    /// {@return whether it was proposed, because no proposal about `subject` is under way}
    private boolean propose(Reign now, Object subject, Command command) {
        if (!now.proposed.add(subject)) {
            return false;
        }
        now.sequence++;
        var _ =
                store.submit(new Operation(now.session, now.sequence, now.term, command))
                        .whenComplete((reply, failure) -> {
                            logFailure(command, reply, failure);
                            loop.post(
                                    new Input.Replied(
                                            now.term, subject, Optional.ofNullable(reply)));
                        });
        return true;
    }

    private static void logFailure(
            Command command, @Nullable Reply reply, @Nullable Throwable failure) {
        if (failure != null) {
            log.warn("proposal of the leader is lost command={}", shown(command), failure);
        } else if (reply instanceof Reply.Refused(_, var refusal, var detail)) {
            log.info(
                    "proposal of the leader was refused command={} refusal={} detail={}",
                    shown(command),
                    refusal,
                    detail);
        }
    }

    private static String shown(Command command) {
        var whole = command.toString();
        return whole.length() <= MOST_SHOWN ? whole : whole.substring(0, MOST_SHOWN) + "…";
    }

    private static void replied(Reign now, Object subject, Optional<Reply> reply) {
        now.proposed.remove(subject);
        if (subject instanceof ProcessId process) {
            now.placing.replied(
                    process, reply.filter(Reply.Accepted.class::isInstance).isPresent());
        }
    }

    private static boolean canBeGivenUp(Migration migration) {
        return switch (migration.step()) {
            case Migration.Step.Warming _, Migration.Step.Leaving _, Migration.Step.Arriving _ ->
                    true;
            case Migration.Step.Resuming _,
                    Migration.Step.Pulling _,
                    Migration.Step.Moved _,
                    Migration.Step.Aborted _ ->
                    false;
        };
    }

    private static List<Node> ready(ClusterImage image) {
        return image.nodes().values().stream()
                .filter(node -> node.state() == Node.State.READY)
                .toList();
    }
}
