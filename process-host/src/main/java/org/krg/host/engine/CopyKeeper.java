// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.krg.host.HostFailure;
import org.krg.host.core.MissingCopies;
import org.krg.state.ClusterStore;
import org.krg.state.ThreadLost;
import org.krg.state.command.GenerationCommand.AddCopy;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes copies of checkpoints again when nodes that had some are lost: one at a time, from
/// whichever node has it. What cannot be made is tried again at the next look, and what no node has
/// whole much later.
final class CopyKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CopyKeeper.class);

    /// Looks are so far apart, or as far as a lost node is waited for, if that is less.
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /// Each try may fetch all that is good of it, to no avail.
    private static final Duration AFTER_DAMAGE = Duration.ofDays(1);

    private final NodeId self;
    private final Duration patience;
    private final ClusterStore store;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final InstantSource wall;
    private final MetricRegistry metrics;

    /// What no node had whole when it was tried. Owned by the thread.
    private final Map<GenerationId, Tried> damaged = new TreeMap<>();

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofVirtual().name("krg-copies").unstarted(ThreadLost.told(this::run));

    /// @param copies where it was then
    private record Tried(List<NodeId> copies, Instant at) {}

    /// @param patience how long a lost node is waited for; zero: for ever
    CopyKeeper(
            NodeId self,
            Duration patience,
            ClusterStore store,
            Checkpointing checkpoints,
            Proposals proposals,
            InstantSource wall,
            MetricRegistry metrics) {
        this.self = self;
        this.patience = patience;
        this.store = store;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.wall = wall;
        this.metrics = metrics;
    }

    /// Looks for the first time after one pause.
    void start() {
        if (patience.isPositive()) {
            thread.start();
        }
    }

    private void run() {
        var pause = patience.compareTo(LONGEST_PAUSE) < 0 ? patience : LONGEST_PAUSE;
        while (goesOnAfter(pause)) {
            damaged.keySet().removeIf(id -> store.image().generations().find(id).isEmpty());
            for (var id : due().map(Generation::id).toList()) {
                if (goesOnAfter(Duration.ZERO)) {
                    makeIfDue(id);
                }
            }
        }
    }

    /// Meanwhile another one may have been made, or the generation dropped.
    private void makeIfDue(GenerationId id) {
        due().filter(generation -> generation.id().equals(id)).findFirst().ifPresent(this::make);
    }

    private Stream<Generation> due() {
        return new MissingCopies(store.image(), self, patience)
                .due(wall.instant()).stream().filter(generation -> !isHopeless(generation));
    }

    /// {@return whether it was tried lately, of the same nodes}
    private boolean isHopeless(Generation generation) {
        var tried = damaged.get(generation.id());
        return tried != null
                && tried.copies().equals(generation.copies())
                && wall.instant().isBefore(tried.at().plus(AFTER_DAMAGE));
    }

    private void make(Generation generation) {
        try {
            checkpoints.verify(generation);
            var _ = proposals.submit(new AddCopy(generation.id(), self));
            metrics.counter("krg.checkpoint.copies_made_total").inc();
            log.info(
                    "a copy was made for one that is lost checkpoint={} copies={}",
                    generation.id(),
                    generation.copies());
        } catch (HostFailure failure) {
            if (failure.code() == HostFailure.Code.CORRUPT) {
                damaged.put(generation.id(), new Tried(generation.copies(), wall.instant()));
            }
            metrics.counter("krg.checkpoint.copies_failed_total").inc();
            log.warn(
                    "a copy cannot be made checkpoint={} reason={}",
                    generation.id(),
                    failure.getMessage());
        }
    }

    private boolean goesOnAfter(Duration pause) {
        try {
            return !closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
