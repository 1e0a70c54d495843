// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.host.AgentSettings.CopySettings;
import org.krg.host.core.Images;
import org.krg.host.core.ScrubRound;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SessionId;

final class ScrubberTest {
    private static final NodeId AWAY = new NodeId("away");
    private static final GenerationId FIRST = new GenerationId(new ProcessId(7), 1);
    private static final GenerationId SECOND = new GenerationId(new ProcessId(7), 2);
    private static final Duration SOON = Duration.ofSeconds(20);

    private final FakeStore store = new FakeStore(HERE);
    private final FakeCheckpointing checkpoints = new FakeCheckpointing(new FakeMachine());
    private final AtomicLong sessions = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Proposals proposals =
            new Proposals(store, () -> new SessionId(sessions.incrementAndGet()), timer);
    private final MetricRegistry metrics = new MetricRegistry();
    private final Kept notes = new Kept();
    private final Scrubber scrubber =
            new Scrubber(
                    HERE,
                    CopySettings.DEFAULT,
                    store,
                    checkpoints,
                    proposals,
                    notes,
                    new ManualTicker(),
                    InstantSource.fixed(NOW),
                    metrics);

    private static final class Kept implements ScrubNotes {
        private volatile ScrubRound round = ScrubRound.NEVER;

        @Override
        public ScrubRound read() {
            return round;
        }

        @Override
        public void write(ScrubRound now) {
            round = now;
        }
    }

    @BeforeEach
    void twoCopiesOnTwoNodes() {
        store.begin(image(Node.State.READY));
        checkpoints.store(FIRST);
        checkpoints.store(SECOND);
    }

    private static ClusterImage image(Node.State away) {
        var running = new Phase.Running(HERE, new Origin.Beginning(), NOW);
        var image = Images.with(ClusterImage.EMPTY, Images.process(7, 1, running));
        image = Images.with(image, Images.node(HERE, 0, Node.State.READY));
        image = Images.with(image, Images.node(AWAY, 0, away));
        var copies = List.of(HERE, AWAY);
        image = Images.with(image, Images.generation(7, 1, 0, false).withCopies(copies));
        return Images.with(image, Images.generation(7, 2, 0, false).withCopies(copies));
    }

    @AfterEach
    void close() {
        scrubber.close();
        proposals.close();
        timer.shutdownNow();
    }

    @Test
    void eachCopyIsReadOnceAndItIsWrittenDownHowFarItIs() {
        scrubAll();
        assertThat(checkpoints.scanned).containsExactly(FIRST, SECOND);
        assertThat(count("scrubbed_bytes_total")).isEqualTo(200);
        assertThat(metrics.getGauges()).containsKey("krg.checkpoint.scrub_round_began_seconds");
    }

    @Test
    void damageIsPutRightAndTheCopyStays() {
        checkpoints.damaged.add(FIRST);
        scrubAll();
        assertThat(count("scrub_repaired_total")).isEqualTo(1);
        assertThat(copies(FIRST)).containsExactly(HERE, AWAY);
    }

    @Test
    void whatCannotBePutRightIsNoCopyAnyMore() {
        checkpoints.damaged.add(FIRST);
        checkpoints.lost.add(FIRST);
        scrubAll();
        assertThat(count("scrub_failed_total")).isEqualTo(1);
        assertThat(copies(FIRST)).containsExactly(AWAY);
        assertThat(copies(SECOND)).containsExactly(HERE, AWAY);
        assertThat(checkpoints.stored()).extracting(StoredManifest::id).containsExactly(SECOND);
    }

    @Test
    void whatIsDamagedAndNoCopyForTheLogGoes() {
        store.begin(Images.with(image(Node.State.READY), elsewhere(1)));
        checkpoints.damaged.add(FIRST);
        scrubAll();
        assertThat(checkpoints.scanned).containsExactly(FIRST, SECOND);
        assertThat(checkpoints.verified).isEmpty();
        assertThat(checkpoints.stored()).extracting(StoredManifest::id).containsExactly(SECOND);
    }

    @Test
    void aWholeCopyThatTheLogDoesNotKnowOfBecomesKnown() {
        store.begin(Images.with(image(Node.State.READY), elsewhere(1)));
        scrubAll();
        assertThat(copies(FIRST)).containsExactly(AWAY, HERE);
    }

    private static Generation elsewhere(long number) {
        return Images.generation(7, number, 0, false).withCopies(List.of(AWAY));
    }

    @Test
    void whileANodeIsAwayThatMayHaveItNothingIsGivenUp() {
        store.begin(image(Node.State.LOST));
        checkpoints.damaged.add(FIRST);
        checkpoints.lost.add(FIRST);
        scrubAll();
        assertThat(count("scrub_failed_total")).isEqualTo(1);
        assertThat(copies(FIRST)).containsExactly(HERE, AWAY);
        assertThat(checkpoints.stored()).hasSize(2);
    }

    private void scrubAll() {
        scrubber.start();
        await().atMost(SOON).until(() -> notes.round.last().equals(Optional.of(SECOND)));
    }

    private List<NodeId> copies(GenerationId id) {
        return store.image().generations().require(id).copies();
    }

    private long count(String name) {
        return metrics.counter("krg.checkpoint." + name).getCount();
    }
}
