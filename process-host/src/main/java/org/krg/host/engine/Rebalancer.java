// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.krg.policy.core.Move;
import org.krg.policy.core.Rebalance;
import org.krg.policy.engine.AgreedPolicy;
import org.krg.state.ClusterStore;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.PolicyId;
import org.krg.state.model.ProcessId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves what runs, as long as this node leads, where the policy that decides says so. Each look
/// begins at most one move. With another policy two looks are waited for, and after an election
/// [#AFTER_AN_ELECTION] as well: what was just begun has to be seen first. Fields but `looks` are
/// owned by whoever looks.
public final class Rebalancer {
    private static final Logger log = LoggerFactory.getLogger(Rebalancer.class);

    /// A process that did not move is not tried again for so long: what is in its way stays.
    private static final Duration PAUSE = Duration.ofMinutes(10);

    /// What the leader before has asked for is in the log by then, or nowhere.
    private static final Duration AFTER_AN_ELECTION = Duration.ofSeconds(15);

    private final ClusterStore store;
    private final AgreedPolicy policy;
    private final Destinations destinations;
    private final Mover mover;
    private final Ticker ticker;
    private final InstantSource wall;
    private final SortedMap<ProcessId, Duration> notBefore = new TreeMap<>();
    private final AtomicBoolean looks = new AtomicBoolean();
    private Optional<Reign> reign = Optional.empty();
    private Duration settled = Duration.ZERO;
    private long term = -1;

    /// One leadership of this node with one policy.
    ///
    /// @param next when it looks next
    private record Reign(long term, Optional<PolicyId> policy, Duration next) {}

    /// Has a process moved, as somebody who asks for it would.
    @FunctionalInterface
    public interface Mover {
        /// {@return why it does not move; empty when the move has begun} Blocks for a bounded time.
        ///
        /// @param why as a clause for people
        Optional<String> move(ProcessId process, NodeId to, String why);
    }

    public Rebalancer(
            ClusterStore store,
            AgreedPolicy policy,
            Destinations destinations,
            Mover mover,
            Ticker ticker,
            InstantSource wall) {
        this.store = store;
        this.policy = policy;
        this.destinations = destinations;
        this.mover = mover;
        this.ticker = ticker;
        this.wall = wall;
    }

    /// Looks, if a look is due. To be called every second or so; does nothing while another thread
    /// looks.
    public void look() {
        if (looks.compareAndSet(false, true)) {
            try {
                lookIfDue();
            } finally {
                looks.set(false);
            }
        }
    }

    private void lookIfDue() {
        var leadership = store.leadership();
        if (leadership.term() != term) {
            term = leadership.term();
            settled = ticker.now().plus(AFTER_AN_ELECTION);
        }
        var image = store.image();
        var active = image.policies().active();
        var rule = policy.rebalance(image).filter(_ -> leadership.mine());
        if (rule.isEmpty()) {
            reign = Optional.empty();
            return;
        }
        var every = rule.get().every();
        var same = reign.filter(it -> it.term() == term).filter(it -> it.policy().equals(active));
        if (same.isEmpty()) {
            var first = ticker.now().plus(every.multipliedBy(2));
            var later = first.compareTo(settled) < 0 ? settled : first;
            reign = Optional.of(new Reign(term, active, later));
        } else if (same.get().next().compareTo(ticker.now()) <= 0) {
            look(image, rule.get());
            reign = Optional.of(new Reign(term, active, ticker.now().plus(every)));
        }
    }

    private void look(ClusterImage image, Rebalance rule) {
        notBefore.values().removeIf(until -> until.compareTo(ticker.now()) <= 0);
        var now = wall.instant();
        for (var process : rule.candidates(image, now)) {
            var better =
                    notBefore.containsKey(process.id())
                            ? Optional.<Move>empty()
                            : better(image, process)
                                    .filter(move ->
                                            !rule.isWayBack(image, process.id(), move.to(), now));
            if (better.isPresent()) {
                move(process, better.get());
                return;
            }
        }
    }

    private Optional<Move> better(ClusterImage image, HostedProcess process) {
        return process.phase() instanceof Phase.Running(var present, _, _)
                ? destinations.better(policy, image, process, present)
                : Optional.empty();
    }

    private void move(HostedProcess process, Move move) {
        var problem = mover.move(process.id(), move.to(), move.why());
        if (problem.isEmpty()) {
            log.info(
                    "policy moves a process process={} to={} why={}",
                    process.id(),
                    move.to(),
                    move.why());
            return;
        }
        notBefore.put(process.id(), ticker.now().plus(PAUSE));
        log.warn(
                "policy would move a process that does not process={} to={} why={} problem={}",
                process.id(),
                move.to(),
                move.why(),
                problem.get());
    }
}
