// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.node;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.host.FileAnswer;
import org.krg.host.FileQuestion;
import org.krg.host.engine.FakeStore;
import org.krg.host.engine.Proposals;
import org.krg.linux.PacketConnection.Peer;
import org.krg.pages.codec.AttachError;
import org.krg.pages.codec.ManageRequest.Find;
import org.krg.pages.codec.ManageRequest.Resize;
import org.krg.pages.codec.Which;
import org.krg.pages.memory.SegmentDoor.Managed;
import org.krg.pages.memory.SegmentDoor.Opening;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.Member;
import org.krg.state.model.Node;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.Segment;
import org.krg.state.model.SessionId;

/// What programs ask for about a segment whose file is on another node.
class SegmentDeskTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long SIZE = 8_192;
    private static final Identity ANN = new Identity(7, 7, List.of(), "ann");
    private static final Peer PROGRAM = new Peer(1, 7, 7);
    private static final Which TABLE = new Which.Named("table");

    private final FakeStore store = new FakeStore(HERE);
    private final AtomicLong sessions = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Proposals proposals =
            new Proposals(store, () -> new SessionId(sessions.incrementAndGet()), timer);
    private final List<FileQuestion> asked = new CopyOnWriteArrayList<>();
    private final CompletableFuture<FileAnswer> file = new CompletableFuture<>();
    private final SegmentFiles files =
            new SegmentFiles(
                    HERE,
                    (_, question) -> {
                        asked.add(question);
                        return file;
                    },
                    (_, _, _) -> 0);

    @BeforeEach
    void create() {
        proposals.submit(new RegisterNode(node(HERE, 0, Node.State.READY), NOW)).join();
        proposals
                .submit(
                        new CreateSegment("table", SIZE, ANN, 0600, OwnershipMode.DEFAULT, NOW)
                                .backedBy(new Backing(AWAY, "/srv/table")))
                .join();
    }

    @AfterEach
    void stop() {
        files.close();
        proposals.close();
        timer.shutdownNow();
    }

    private SegmentDesk desk(Duration limit) {
        return new SegmentDesk(
                Member.of(store.image().nodes().require(HERE)),
                store,
                proposals,
                files,
                _ -> {
                    throw new IllegalStateException("no descriptors");
                },
                _ -> {},
                limit);
    }

    private Segment segment() {
        return store.image().segments().find("table").orElseThrow();
    }

    @Test
    void whatCannotBeOpenedIsHeldByNobody() {
        var desk = desk(LIMIT);

        assertThatThrownBy(() -> desk.open(TABLE, PROGRAM)).hasMessage("no descriptors");

        await().untilAsserted(() -> assertThat(segment().holders()).isEmpty());
    }

    @Test
    void whoGivesUpBeforeTheAnswerTellsOnlyAfterItThatNobodyHoldsIt() {
        store.loseAnswers(true);

        var desk = desk(Duration.ofMillis(20));
        assertThat(desk.open(TABLE, PROGRAM)).isEqualTo(new Opening.Refused(AttachError.ETIMEDOUT));

        assertThat(segment().holders()).hasSize(1);
        assertThat(desk.manage(new Find(TABLE), PROGRAM))
                .isInstanceOfSatisfying(
                        Managed.Done.class, it -> assertThat(it.segment().holders()).isEmpty());
        assertThat(store.commands(HoldSegment.class))
                .extracting(HoldSegment::count)
                .containsOnly(1);
        store.loseAnswers(false);
        await().untilAsserted(() -> assertThat(segment().holders()).isEmpty());
    }

    @Test
    void aFileIsNotTouchedForASizeThatIsRefused() {
        assertThat(desk(LIMIT).resize(new Resize(TABLE, SIZE - 4_096), PROGRAM))
                .isCompletedWithValue(new Managed.Refused(AttachError.EINVAL));
        assertThat(desk(LIMIT).resize(new Resize(TABLE, 5L << 40), PROGRAM))
                .isCompletedWithValue(new Managed.Refused(AttachError.EINVAL));
        assertThat(asked).isEmpty();
    }

    @Test
    void nobodyWaitsWithAProgramForItsFile() {
        var grown = desk(LIMIT).resize(new Resize(TABLE, 2 * SIZE), PROGRAM);
        assertThat(grown).isNotDone();
        assertThat(asked).hasSize(1);

        file.complete(new FileAnswer.Done(2 * SIZE));

        assertThat(grown).succeedsWithin(LIMIT).isInstanceOf(Managed.Done.class);
        assertThat(segment().sizeBytes()).isEqualTo(2 * SIZE);
        assertThat(desk(Duration.ZERO).resize(new Resize(TABLE, 4 * SIZE), new Peer(1, 8, 8)))
                .isCompletedWithValue(new Managed.Refused(AttachError.EPERM));
    }
}
