// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.krg.host.ProgramQuestion;
import org.krg.host.core.BriefDecision;
import org.krg.host.core.Leases;
import org.krg.host.core.Pauses;
import org.krg.policy.core.Policy;
import org.krg.policy.model.Ledger;
import org.krg.policy.model.Occupancy;
import org.krg.policy.model.Situation;
import org.krg.state.command.Command;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.RecordUnplaced;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.PolicyId;
import org.krg.state.model.ProcessId;

/// Finds nodes for the processes that wait, as long as this node leads. It asks the policy about
/// one after the other, in the order of their numbers, in turns of [#TURN]: between them its thread
/// answers renewals, however many wait and however long the policy thinks. A change meanwhile has
/// it go round once more. Owned by the thread of [LeaderDuties].
final class Placing {
    /// A small part of what a node may be silent for.
    static final Duration TURN = Duration.ofMillis(50);

    /// Processes without a node are looked at again so often, although nothing changed.
    private static final Duration RECONSIDER = Duration.ofSeconds(1);

    /// Proposals whose replies are still to come; the replies have room in the inbox of the duties.
    private static final int MOST_UNDER_WAY = 256;

    /// Why a process waits is written again when it has changed, in all so often: what is free
    /// changes with each program that starts or ends, for all that wait.
    static final Duration TELLING = Duration.ofMillis(100);

    /// Of those as many as come at once, after a time without any.
    static final int MOST_TOLD_AT_ONCE = 100;

    private static final ProcessId FIRST = new ProcessId(0);

    private final Policy policy;
    private final Facts facts;
    private final Ticker ticker;
    private final InstantSource wall;
    private final MetricRegistry metrics;
    private final BiConsumer<ProcessId, Command> proposer;
    private final Set<ProcessId> underWay = new HashSet<>();

    private ClusterImage seen = ClusterImage.EMPTY;
    private Leases<ProcessId> pauses = Leases.none();
    private Ledger ledger = Ledger.EMPTY;
    private Optional<Occupancy> occupancy = Optional.empty();

    private boolean due = true;
    private Optional<ProcessId> next = Optional.empty();
    private Duration reconsider = Duration.ZERO;

    private Duration told = Duration.ZERO;
    private ProcessId tellFrom = FIRST;
    private Optional<ProcessId> untold = Optional.empty();

    /// @param proposer has a command about a process agreed on; the reply comes to [#replied]
    Placing(
            Policy policy,
            Facts facts,
            Ticker ticker,
            InstantSource wall,
            MetricRegistry metrics,
            BiConsumer<ProcessId, Command> proposer) {
        this.policy = policy;
        this.facts = facts;
        this.ticker = ticker;
        this.wall = wall;
        this.metrics = metrics;
        this.proposer = proposer;
    }

    /// Goes on for a turn, if anything is to be decided.
    void look(ClusterImage image) {
        if (concernsPlaces(seen, image)) {
            seen = image;
            ledger = ledger.settled(image);
            occupancy = Optional.empty();
            pauses = pauses.following(Pauses.grants(image), ticker.now());
            due = true;
        }
        if (next.isEmpty() && (due || ticker.now().compareTo(reconsider) >= 0)) {
            begin();
        }
        if (next.isPresent()) {
            next = takeTurn(image, next.get());
        }
    }

    /// A node has said what was asked.
    void answered() {
        due = true;
    }

    /// What became of a proposal shows in the state; what did not take effect is proposed again.
    void replied(ProcessId process, boolean accepted) {
        underWay.remove(process);
        if (!accepted) {
            ledger = ledger.without(process);
            occupancy = Optional.empty();
        }
        due = true;
    }

    @SuppressWarnings("ReferenceEquality") // Tables that are the same need not be compared.
    private static boolean concernsPlaces(ClusterImage before, ClusterImage after) {
        return before.processes() != after.processes()
                || before.nodes() != after.nodes()
                || before.jobs() != after.jobs()
                || before.generations() != after.generations()
                || before.migrations() != after.migrations()
                || before.segments() != after.segments()
                || before.policies() != after.policies();
    }

    private void begin() {
        due = false;
        next = Optional.of(FIRST);
        reconsider = Duration.ofSeconds(Long.MAX_VALUE);
        tellFrom = untold.orElse(FIRST);
        untold = Optional.empty();
    }

    /// {@return whose turn is next; empty when all had theirs}
    private Optional<ProcessId> takeTurn(ClusterImage image, ProcessId from) {
        var end = ticker.now().plus(TURN);
        var ready = image.nodes().values().stream().filter(Placing::isReady).toList();
        facts.forget();
        var rest = image.processes().from(from).iterator();
        while (rest.hasNext()) {
            var process = rest.next().value();
            if (ticker.now().compareTo(end) >= 0 || underWay.size() >= MOST_UNDER_WAY) {
                return Optional.of(process.id());
            }
            if (process.phase() instanceof Phase.Waiting waiting
                    && !underWay.contains(process.id())
                    && ledger.find(process.id()).isEmpty()) {
                if (pauses.isOver(process.id(), ticker.now())) {
                    place(image, ready, process, waiting.notBefore());
                } else {
                    reconsiderAt(pauses.end(process.id()));
                }
            }
        }
        reconsiderAt(ticker.now().plus(RECONSIDER));
        return Optional.empty();
    }

    private void reconsiderAt(Duration at) {
        reconsider = at.compareTo(reconsider) < 0 ? at : reconsider;
    }

    private static boolean isReady(Node node) {
        return node.state() == Node.State.READY;
    }

    /// @param notBefore by the clock of whoever had the process wait, which may be ahead of ours
    private void place(
            ClusterImage image, List<Node> ready, HostedProcess process, Instant notBefore) {
        var spec = image.jobs().require(process.job()).spec();
        var program = spec.program();
        var question =
                new ProgramQuestion(
                        program.executable(),
                        program.digest(),
                        program.workingDirectory(),
                        spec.runAs());
        var said = facts.find(ready, question);
        if (said.isEmpty()) {
            // The answers have us go round again.
            return;
        }
        var present = wall.instant();
        var at = present.isBefore(notBefore) ? notBefore : present;
        var taken = occupancy.orElseGet(() -> Occupancy.of(image, ledger));
        occupancy = Optional.of(taken);
        var situation = new Situation(image, ledger, taken, said.get(), at);
        var decision = BriefDecision.of(policy.place(situation, process));
        countFailure(image, decision);
        if (decision.chosen().isPresent()) {
            var node = decision.chosen().get();
            var entry = new Ledger.Entry(process.id(), process.nextEpoch(), node, spec.reserve());
            ledger = ledger.with(entry);
            occupancy = Optional.of(taken.with(image, entry));
            propose(
                    process.id(),
                    new Place(process.id(), process.epoch(), node, decision, decision.at()));
        } else if (isToBeTold(decision, process)) {
            metrics.counter("krg.host.processes_unplaced_total").inc();
            propose(process.id(), new RecordUnplaced(process.id(), process.epoch(), decision));
        }
    }

    private void propose(ProcessId process, Command command) {
        underWay.add(process);
        proposer.accept(process, command);
    }

    /// Where the policy that the cluster has agreed on fails, another decides.
    private void countFailure(ClusterImage image, PlacementDecision decision) {
        image.policies()
                .active()
                .map(PolicyId::toString)
                .filter(name -> !name.equals(decision.policy()))
                .ifPresent(_ -> metrics.counter("krg.host.policy_failures_total").inc());
    }

    /// Why a process waits is written at once; that it now waits for another reason when there is
    /// room for that.
    private boolean isToBeTold(PlacementDecision decision, HostedProcess process) {
        var last = process.decision().filter(it -> it.chosen().isEmpty());
        return last.isEmpty() || (isNews(decision, last.get()) && hasRoom(process.id()));
    }

    private static boolean isNews(PlacementDecision decision, PlacementDecision last) {
        return !last.policy().equals(decision.policy())
                || !last.verdicts().equals(decision.verdicts());
    }

    /// Those that found none the last time round come first.
    private boolean hasRoom(ProcessId process) {
        if (process.compareTo(tellFrom) < 0) {
            return false;
        }
        var now = ticker.now();
        var earliest = now.minus(TELLING.multipliedBy(MOST_TOLD_AT_ONCE));
        var from = told.compareTo(earliest) < 0 ? earliest : told;
        if (from.plus(TELLING).compareTo(now) > 0) {
            untold = untold.or(() -> Optional.of(process));
            return false;
        }
        told = from.plus(TELLING);
        return true;
    }
}
