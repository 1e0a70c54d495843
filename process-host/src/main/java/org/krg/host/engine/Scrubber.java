// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.host.AgentSettings.CopySettings;
import org.krg.host.HostFailure;
import org.krg.host.core.ScrubRound;
import org.krg.host.core.ScrubRound.Step;
import org.krg.state.ClusterStore;
import org.krg.state.ThreadLost;
import org.krg.state.command.GenerationCommand.AddCopy;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.Reply;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads this node's copies of checkpoints, slowly and again and again, and puts right from another
/// copy what is damaged. A copy that cannot be put right is no copy any more: the log is told, and
/// it goes, as nothing is swept while it is here.
final class Scrubber implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Scrubber.class);

    /// A clock may be set while a round is waited for.
    private static final Duration MOST_WAIT = Duration.ofHours(1);

    private final NodeId self;
    private final CopySettings settings;
    private final ClusterStore store;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final ScrubNotes notes;
    private final Ticker ticker;
    private final InstantSource wall;
    private final MetricRegistry metrics;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofVirtual().name("krg-scrub").unstarted(ThreadLost.told(this::run));
    private volatile ScrubRound round;

    Scrubber(
            NodeId self,
            CopySettings settings,
            ClusterStore store,
            Checkpointing checkpoints,
            Proposals proposals,
            ScrubNotes notes,
            Ticker ticker,
            InstantSource wall,
            MetricRegistry metrics) {
        this.self = self;
        this.settings = settings;
        this.store = store;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.notes = notes;
        this.ticker = ticker;
        this.wall = wall;
        this.metrics = metrics;
        this.round = notes.read();
    }

    /// Begins where the agent before this one ended.
    void start() {
        metrics.register(
                "krg.checkpoint.scrub_round_began_seconds",
                (Gauge<Long>) () -> round.began().getEpochSecond());
        if (settings.isScrubbed()) {
            thread.start();
        }
    }

    private void run() {
        try {
            var pause = Duration.ZERO;
            while (goesOnAfter(pause)) {
                pause = step();
            }
        } catch (CancellationException stopped) {
            log.debug("reading of checkpoints stops round={}", round);
        }
    }

    /// {@return how long nothing is to be done then}
    private Duration step() {
        var now = wall.instant();
        return switch (round.next(held(), now, settings.scrubEvery())) {
            case Step.Read(var generation, var after) -> {
                read(generation);
                round = after;
                notes.write(after);
                yield Duration.ZERO;
            }
            case Step.Wait(var until) -> atMost(Duration.between(now, until));
        };
    }

    private List<StoredManifest> stored() {
        try {
            return checkpoints.stored();
        } catch (HostFailure failure) {
            log.warn("what is stored here cannot be listed reason={}", failure.getMessage());
            return List.of();
        }
    }

    private static Duration atMost(Duration wait) {
        return wait.compareTo(MOST_WAIT) < 0 ? wait : MOST_WAIT;
    }

    /// Also what the log does not know to be here, as after a restore, or as an agent ended before
    /// it removed what it had reported: damaged, it would keep sweeps from anything.
    private List<Generation> held() {
        var stored = new HashSet<>(stored());
        return store.image().generations().values().stream()
                .filter(it -> it.copies().contains(self) || stored.contains(StoredManifest.of(it)))
                .sorted(Comparator.comparing(Generation::id))
                .toList();
    }

    private void read(GenerationId id) {
        try {
            var pace = new ReadingPace(settings.scrubRate(), ticker, this::goesOnAfter);
            var found = checkpoints.scan(require(id), pace);
            metrics.counter("krg.checkpoint.scrubbed_bytes_total").inc(found.bytes());
            // It may have been dropped while it was read.
            var present = store.image().generations().find(id);
            if (found.isWhole()) {
                present.ifPresent(this::list);
            } else if (present.isPresent()) {
                log.warn("a copy is damaged checkpoint={} problem={}", id, found.problem());
                if (present.get().copies().contains(self)) {
                    repair(present.get());
                } else {
                    checkpoints.forget(StoredManifest.of(present.get()));
                }
            }
        } catch (HostFailure failure) {
            metrics.counter("krg.checkpoint.scrub_failed_total").inc();
            log.warn("a copy is not read checkpoint={} reason={}", id, failure.getMessage());
        }
    }

    /// Has the log know of a whole copy, as of a node that was removed and came back with it.
    private void list(Generation generation) {
        if (!generation.copies().contains(self)) {
            var reply = proposals.submit(new AddCopy(generation.id(), self)).join();
            log.info("a copy was found checkpoint={} reply={}", generation.id(), reply);
        }
    }

    private Generation require(GenerationId id) {
        return store.image()
                .generations()
                .find(id)
                .orElseThrow(
                        () -> new HostFailure(HostFailure.Code.NOT_FOUND, id + " was dropped", ""));
    }

    private void repair(Generation generation) {
        try {
            var repaired = checkpoints.verify(generation).repaired();
            metrics.counter("krg.checkpoint.scrub_repaired_total").inc(repaired);
            log.info("a copy is whole again checkpoint={} chunks={}", generation.id(), repaired);
        } catch (HostFailure failure) {
            if (failure.code() == HostFailure.Code.CORRUPT && canAllBeAsked(generation)) {
                giveUp(generation);
            }
            throw failure;
        }
    }

    /// Of the copies that there are now: another node may have given its own up meanwhile.
    private void giveUp(Generation generation) {
        var present = require(generation.id()).copies();
        var left = present.stream().filter(it -> !it.equals(self)).toList();
        var reply = proposals.submit(new ReportCopies(generation.id(), left)).join();
        if (reply instanceof Reply.Accepted) {
            checkpoints.forget(StoredManifest.of(generation));
        }
    }

    /// A node that is away may have what is missing here: then this copy is tried again next time.
    private boolean canAllBeAsked(Generation generation) {
        return generation.copies().stream()
                .allMatch(node ->
                        store.image()
                                .nodes()
                                .find(node)
                                .filter(it -> it.state() == Node.State.READY)
                                .isPresent());
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
