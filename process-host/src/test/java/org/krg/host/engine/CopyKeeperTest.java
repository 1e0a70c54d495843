// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Images;
import org.krg.state.command.Command;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.Reply;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SessionId;

final class CopyKeeperTest {
    private static final NodeId LOST = new NodeId("lost");
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
    private final AtomicReference<Instant> now = new AtomicReference<>(NOW.plusSeconds(1));
    private final CopyKeeper keeper =
            new CopyKeeper(
                    HERE, Duration.ofMillis(1), store, checkpoints, proposals, now::get, metrics);

    @BeforeEach
    void oneOfTwoHoldersIsLost() {
        var running = new Phase.Running(AWAY, new Origin.Beginning(), NOW);
        var image = Images.with(ClusterImage.EMPTY, Images.process(7, 1, running));
        image = Images.with(image, Images.node(HERE, 0, Node.State.READY));
        image = Images.with(image, Images.node(AWAY, 0, Node.State.READY));
        image = Images.with(image, Images.node(LOST, 0, Node.State.LOST));
        var copies = List.of(AWAY, LOST);
        image = Images.with(image, Images.generation(7, 1, 0, false).withCopies(copies));
        store.begin(Images.with(image, Images.generation(7, 2, 0, false).withCopies(copies)));
    }

    @AfterEach
    void close() {
        keeper.close();
        proposals.close();
        timer.shutdownNow();
    }

    @Test
    void whatTheLostNodeHadIsHereAndTheLogKnows() {
        keeper.start();

        await().atMost(SOON)
                .until(() -> copies(FIRST).contains(HERE) && copies(SECOND).contains(HERE));
        assertThat(copies(FIRST)).containsExactly(AWAY, LOST, HERE);
        assertThat(metrics.counter("krg.checkpoint.copies_made_total").getCount()).isEqualTo(2);
    }

    @Test
    void whatCannotBeFetchedIsTriedAgainAndHoldsUpNothingElse() {
        checkpoints.away.add(SECOND);
        keeper.start();

        var failed = metrics.counter("krg.checkpoint.copies_failed_total");
        await().atMost(SOON).until(() -> copies(FIRST).contains(HERE) && failed.getCount() > 1);
        assertThat(copies(SECOND)).containsExactly(AWAY, LOST);
        checkpoints.away.remove(SECOND);
        await().atMost(SOON).until(() -> copies(SECOND).contains(HERE));
    }

    @Test
    void whatNoNodeHasWholeIsNotFetchedAgainAtEachLook() {
        checkpoints.lost.add(FIRST);
        checkpoints.away.add(SECOND);
        keeper.start();

        await().atMost(SOON).until(() -> tries(FIRST) == 1 && tries(SECOND) > 3);
        assertThat(tries(FIRST)).isEqualTo(1);
        now.set(now.get().plus(Duration.ofDays(1)));
        await().atMost(SOON).until(() -> tries(FIRST) == 2);

        // From another node it may be whole.
        var before = tries(SECOND);
        await().atMost(SOON).until(() -> tries(SECOND) > before + 3);
        assertThat(tries(FIRST)).isEqualTo(2);
        propose(new ReportCopies(FIRST, List.of(LOST, AWAY)));
        await().atMost(SOON).until(() -> tries(FIRST) == 3);
    }

    private long tries(GenerationId id) {
        return checkpoints.verified.stream().filter(id::equals).count();
    }

    private void propose(Command command) {
        assertThat(proposals.submit(command).join()).isInstanceOf(Reply.Accepted.class);
    }

    private List<NodeId> copies(GenerationId id) {
        return store.image().generations().require(id).copies();
    }
}
