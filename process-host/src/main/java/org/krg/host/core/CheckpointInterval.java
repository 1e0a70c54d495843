// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Phase;

/// How often a process is checkpointed, and why. It follows from the agreed state alone, so that
/// every node and every leader comes to the same.
///
/// An adaptive one balances what checkpoints cost with the work that is done again after a failure:
/// Young, "A first order approximation to the optimum checkpoint interval" (1974), with the terms
/// of higher order of Daly, "A higher order estimate of the optimum checkpoint interval for restart
/// dumps" (2006).
///
/// @param every from the beginning of one to that of the next
/// @param cost the time that one takes from the program, on average; zero before the first
/// @param measured generations that `cost` is the average of
/// @param between mean time between failures of what the process and the other ranks run on
/// @param losses of nodes that `between` was found with
public record CheckpointInterval(
        Duration every, Duration cost, int measured, Duration between, long losses, Reason reason) {
    /// What decided.
    public enum Reason {
        /// The user.
        ASKED,
        /// Nothing was measured yet.
        FIRST,
        /// Cost and failures.
        BALANCED,
        /// Balanced it would be shorter than [#SHORTEST].
        SHORTEST,
        /// Balanced it would take more than a tenth of the program's time.
        COST,
        /// Balanced it would be longer than [#LONGEST].
        LONGEST
    }

    /// Until something is measured.
    static final Duration FIRST = Duration.ofMinutes(1);

    /// A turn of the log and of the disk is hardly shorter.
    static final Duration SHORTEST = Duration.ofSeconds(1);

    /// What somebody who asked for checkpoints is ready to lose.
    static final Duration LONGEST = Duration.ofHours(1);

    /// A program gets at least nine tenths of its time.
    static final int LEAST_COSTS = 10;

    /// A cluster without a past counts as having served this long with one loss: one day of one
    /// node. Cautious: real machines fail less often, and a few days without a loss outweigh it.
    static final Duration PRIOR_SERVED = Duration.ofDays(1);

    private static final long PRIOR_LOSSES = 1;

    /// {@return the interval of a process; empty when it is checkpointed on demand only}
    public static Optional<CheckpointInterval> of(ClusterImage image, HostedProcess process) {
        var policy = image.jobs().require(process.job()).spec().checkpoint();
        if (!policy.engine().saves()) {
            return Optional.empty();
        }
        return switch (policy.schedule()) {
            case CheckpointSchedule.OnDemand _ -> Optional.empty();
            case CheckpointSchedule.Every(var every) ->
                    Optional.of(
                            new CheckpointInterval(
                                    every, Duration.ZERO, 0, Duration.ZERO, 0, Reason.ASKED));
            case CheckpointSchedule.Adaptive _ -> Optional.of(adaptive(image, process));
        };
    }

    private static CheckpointInterval adaptive(ClusterImage image, HostedProcess process) {
        var generations = image.generationsOf(process.id());
        var seconds =
                generations.stream()
                        .mapToDouble(it -> seconds(it.frozen()) + seconds(it.slowed()))
                        .average()
                        .orElse(0);
        var losses = image.nodes().values().stream().mapToLong(it -> it.history().losses()).sum();
        var between = between(image, losses, asOf(image, process)) / hosts(image, process);
        var cost = duration(seconds);
        return balanced(seconds, between)
                .map(balance -> bounded(balance, seconds))
                .orElse(new Choice(FIRST, Reason.FIRST))
                .with(cost, generations.size(), duration(between), losses);
    }

    /// The moment of the log's last word on the process: a clock would differ from node to node.
    private static Instant asOf(ClusterImage image, HostedProcess process) {
        var began =
                switch (process.phase()) {
                    case Phase.Waiting waiting -> waiting.notBefore();
                    case Phase.Starting(_, _, var since) -> since;
                    case Phase.Running(_, _, var since) -> since;
                    case Phase.Ended(_, _, var at) -> at;
                };
        return image.generationsOf(process.id()).stream()
                .map(Generation::taken)
                .filter(began::isBefore)
                .reduce(began, (one, other) -> one.isAfter(other) ? one : other);
    }

    /// Seconds that one node serves between two losses, on average.
    private static double between(ClusterImage image, long losses, Instant asOf) {
        var served =
                image.nodes().values().stream()
                        .map(node -> node.historyAt(asOf).served())
                        .reduce(PRIOR_SERVED, Duration::plus);
        return seconds(served) / (losses + PRIOR_LOSSES);
    }

    /// A job fails with any of the nodes that its ranks are on.
    private static long hosts(ClusterImage image, HostedProcess process) {
        var hosts =
                image.processesOf(process.job()).stream()
                        .flatMap(rank -> rank.phase().host().stream())
                        .distinct()
                        .count();
        return Math.max(1, hosts);
    }

    /// {@return the best interval, in seconds; empty where checkpoints cost nothing}
    static Optional<Double> balanced(double cost, double between) {
        if (cost <= 0) {
            return Optional.empty();
        }
        var share = cost / (2 * between);
        // Daly's work between two checkpoints, and the checkpoint.
        return Optional.of(
                share < 1
                        ? Math.sqrt(2 * cost * between) * (1 + Math.sqrt(share) / 3 + share / 9)
                        : between + cost);
    }

    private static Choice bounded(double balance, double cost) {
        var least = Math.max(seconds(SHORTEST), LEAST_COSTS * cost);
        if (balance < least) {
            var reason = least > seconds(SHORTEST) ? Reason.COST : Reason.SHORTEST;
            return new Choice(duration(least), reason);
        }
        var most = Math.max(seconds(LONGEST), least);
        return balance > most
                ? new Choice(duration(most), most > seconds(LONGEST) ? Reason.COST : Reason.LONGEST)
                : new Choice(duration(balance), Reason.BALANCED);
    }

    private record Choice(Duration every, Reason reason) {
        private CheckpointInterval with(
                Duration cost, int measured, Duration between, long losses) {
            return new CheckpointInterval(every, cost, measured, between, losses, reason);
        }
    }

    private static double seconds(Duration span) {
        return span.toNanos() / 1e9;
    }

    /// To the millisecond: more would look exact and be none.
    private static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
