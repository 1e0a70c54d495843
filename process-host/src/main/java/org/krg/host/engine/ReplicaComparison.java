// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.AlreadyApplied;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares the replicas of all nodes at one log entry, also while more is written: an entry that
/// is still to come is agreed on, farther ahead with each attempt, and every node tells the digest
/// it has there. Methods block. Safe for use from any thread.
public final class ReplicaComparison {
    private static final Logger log = LoggerFactory.getLogger(ReplicaComparison.class);

    /// Entries that the first attempt leaves the nodes to hear of it.
    private static final long FIRST_AHEAD = 16;

    private static final long MOST_AHEAD = 16_384;
    private static final int FARTHER = 4;

    /// How long the entry is waited for, and then read all rows.
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ClusterStore store;
    private final ReplicaDigests digests;
    private final Duration limit;
    private final Counter differing;
    private volatile Optional<String> problem = Optional.empty();

    /// What one node tells.
    ///
    /// @param problem why it tells no digest
    public record Told(NodeId node, Optional<StateHash> hash, String problem) {}

    /// What a comparison came to.
    public enum Verdict {
        /// All that answered are at one entry, and equal.
        EQUAL,
        /// Two at one entry differ, which must never happen.
        DIFFERENT,
        /// They never were at one entry, or nobody answered.
        UNKNOWN
    }

    /// A comparison.
    ///
    /// @param replicas of all nodes that are ready, by name
    public record Comparison(List<Told> replicas, Verdict verdict) {
        public Comparison {
            replicas = List.copyOf(replicas);
        }
    }

    public ReplicaComparison(ClusterStore store, ReplicaDigests digests, MetricRegistry metrics) {
        this(store, digests, LIMIT, metrics);
    }

    ReplicaComparison(
            ClusterStore store, ReplicaDigests digests, Duration limit, MetricRegistry metrics) {
        this.store = store;
        this.digests = digests;
        this.limit = limit;
        this.differing = metrics.counter("krg.state.replicas_differ_total");
    }

    /// Compares the replicas of all nodes that are ready.
    public Comparison compare() {
        var round = ask(0);
        for (var ahead = FIRST_AHEAD; !round.isSettled() && ahead <= MOST_AHEAD; ahead *= FARTHER) {
            round = ask(round.newest() + ahead);
            if (!round.isSettled()) {
                // Nothing may be written any more.
                round = ask(0);
            }
        }
        return new Comparison(round.told(), round.verdict());
    }

    /// Compares the replicas if this node leads, and keeps what is wrong for [#problem].
    public void watch() {
        if (!store.leadership().mine()) {
            problem = Optional.empty();
            return;
        }
        var comparison = compare();
        switch (comparison.verdict()) {
            case EQUAL -> problem = Optional.empty();
            case UNKNOWN -> log.info("replicas not compared told={}", comparison.replicas());
            case DIFFERENT -> {
                differing.inc();
                log.error("replicas differ told={}", comparison.replicas());
                problem = Optional.of(sentence(comparison.replicas()));
            }
        }
    }

    /// {@return what the last [#watch] found, while this node leads}
    public Optional<String> problem() {
        return problem;
    }

    private static String sentence(List<Told> replicas) {
        return "replicas differ at the same log entry, which must never happen: %s; keep all data directories, and see `A replica differs` in docs/operations.md"
                .formatted(
                        replicas.stream()
                                .map(told ->
                                        told.node()
                                                + " "
                                                + told.hash()
                                                        .map(hash ->
                                                                hash.appliedIndex()
                                                                        + "/"
                                                                        + hash.digest()
                                                                                .hex()
                                                                                .substring(0, 12))
                                                        .orElse(told.problem()))
                                .collect(Collectors.joining(", ")));
    }

    private Round ask(long after) {
        var late = new AtomicBoolean();
        var asked = new ArrayList<CompletableFuture<Told>>();
        for (var node : store.image().nodes().values()) {
            if (node.state() == Node.State.READY) {
                asked.add(
                        digests.ask(node.id(), after)
                                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                                .handle((hash, failure) -> told(node.id(), hash, failure, late)));
            }
        }
        var told = asked.stream().map(CompletableFuture::join).toList();
        return new Round(told, late.get());
    }

    private static Told told(
            NodeId node,
            @Nullable StateHash hash,
            @Nullable Throwable failure,
            AtomicBoolean late) {
        var cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        if (cause instanceof AlreadyApplied) {
            late.set(true);
        }
        var problem = cause == null ? "" : cause.getMessage();
        return new Told(
                node, Optional.ofNullable(hash), problem == null ? "no answer in time" : problem);
    }

    /// What the nodes told of one entry.
    ///
    /// @param isLate whether a node was further than that already
    private record Round(List<Told> told, boolean isLate) {
        boolean isSettled() {
            var verdict = verdict();
            return verdict == Verdict.DIFFERENT || (verdict == Verdict.EQUAL && !isLate);
        }

        Verdict verdict() {
            var byEntry =
                    hashes().collect(
                                    Collectors.groupingBy(
                                            StateHash::appliedIndex,
                                            Collectors.mapping(
                                                    StateHash::digest, Collectors.toSet())));
            if (byEntry.values().stream().anyMatch(digests -> digests.size() > 1)) {
                return Verdict.DIFFERENT;
            }
            return byEntry.size() == 1 ? Verdict.EQUAL : Verdict.UNKNOWN;
        }

        long newest() {
            return hashes().mapToLong(StateHash::appliedIndex).max().orElse(0);
        }

        private Stream<StateHash> hashes() {
            return told.stream().flatMap(each -> each.hash().stream());
        }
    }
}
