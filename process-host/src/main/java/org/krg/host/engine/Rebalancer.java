// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.policy.core.Move;
import org.krg.policy.core.Rebalance;
import org.krg.policy.engine.AgreedPolicy;
import org.krg.state.ClusterStore;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves what runs, as long as this node leads, where the policy that decides says so. Each look
/// begins at most one move, and who leads anew, or by another policy, waits for two of them: what
/// was just begun has to be seen first.
public final class Rebalancer {
    private static final Logger log = LoggerFactory.getLogger(Rebalancer.class);

    /// A process that did not move is not tried again for so long: what is in its way stays.
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final ClusterStore store;
    private final AgreedPolicy policy;
    private final Destinations destinations;
    private final Mover mover;
    private final Ticker ticker;
    private final InstantSource wall;
    private final SortedMap<ProcessId, Duration> notBefore = new TreeMap<>();
    private Optional<Reign> reign = Optional.empty();

    /// One leadership of this node under one rule.
    ///
    /// @param next when it looks next
    private record Reign(long term, Rebalance rule, Duration next) {}

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

    /// Looks, if a look is due. To be called every second or so.
    public synchronized void look() {
        var leadership = store.leadership();
        var image = store.image();
        var rule = policy.rebalance(image).filter(_ -> leadership.mine());
        var now = ticker.now();
        if (rule.isEmpty()) {
            reign = Optional.empty();
            return;
        }
        var every = rule.get().every();
        var same =
                reign.filter(it -> it.term() == leadership.term())
                        .filter(it -> it.rule().equals(rule.get()));
        if (same.isEmpty()) {
            var first = now.plus(every.multipliedBy(2));
            reign = Optional.of(new Reign(leadership.term(), rule.get(), first));
        } else if (same.get().next().compareTo(now) <= 0) {
            reign = Optional.of(new Reign(leadership.term(), rule.get(), now.plus(every)));
            look(image, rule.get());
        }
    }

    private void look(ClusterImage image, Rebalance rule) {
        notBefore.values().removeIf(until -> until.compareTo(ticker.now()) <= 0);
        for (var process : rule.candidates(image, wall.instant())) {
            var better =
                    notBefore.containsKey(process.id())
                            ? Optional.<Move>empty()
                            : better(image, process);
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
