// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.host.HostFailure;
import org.krg.host.core.Images;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.Operation;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Reply;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.JobId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SessionId;

/// What becomes of a checkpoint that is made another job's by a request that is repeated: at this
/// node, or at another one that holds it too.
@Timeout(30)
final class ArchiveDeskTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final FakeStore store = new FakeStore(HERE);
    private final AtomicLong sessions = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Proposals proposals =
            new Proposals(store, () -> new SessionId(sessions.incrementAndGet()), timer);
    private final Generation source = Images.generation(7, 1, 0, false);
    private final Site here = new Site(HERE);
    private final Site away = new Site(AWAY);
    private ProcessId twin = source.id().process();

    /// A node.
    private final class Site {
        private final FakeCheckpointing checkpoints = new FakeCheckpointing(new FakeMachine());
        private final ArchiveDesk desk;

        Site(NodeId node) {
            desk =
                    new ArchiveDesk(
                            new UUID(0, 1),
                            node,
                            store,
                            checkpoints,
                            proposals,
                            new MetricRegistry(),
                            InstantSource.fixed(NOW));
        }

        /// Makes it the first checkpoint of the other process.
        Generation commit() {
            try (var incoming = desk.duplicate(source)) {
                incoming.receive();
                return incoming.commit(twin);
            }
        }

        List<GenerationId> stored() {
            return checkpoints.stored().stream().map(StoredManifest::id).toList();
        }
    }

    @BeforeEach
    void admit() {
        var running = new Phase.Running(HERE, new Origin.Beginning(), NOW);
        var image = Images.with(Images.empty(), Images.process(7, 1, running));
        image = Images.with(image, source);
        image = withNode(withNode(image, HERE), AWAY);
        store.begin(image);
        var spec = Images.spec(List.of("/bin/true"), CheckpointPolicy.ON_DEMAND);
        var admit = new AdmitJob("twin", spec, spec.runAs(), Optional.empty(), NOW);
        var reply = store.submit(new Operation(new SessionId(99), 1, 0, admit)).join();
        var job = new JobId(((Reply.Accepted) reply).created());
        twin = store.image().processesOf(job).getFirst().id();
    }

    private static ClusterImage withNode(ClusterImage image, NodeId node) {
        return Images.with(image, Images.node(node, 0, Node.State.READY));
    }

    @AfterEach
    void stop() {
        proposals.close();
        timer.shutdownNow();
    }

    @Test
    void anAttemptFindsWhatAnEarlierOneHasCommitted() {
        var first = here.commit();

        assertThat(here.commit()).isEqualTo(first);

        assertThat(committed()).contains(first);
        assertThat(here.stored()).containsOnly(first.id());
    }

    @Test
    void attemptsAtOneTimeHaveOneOutcome() throws InterruptedException {
        var goOn = new CountDownLatch(1);
        here.checkpoints.onKeep(() -> pass(goOn));
        var outcomes =
                List.<CompletableFuture<Generation>>of(
                        new CompletableFuture<>(), new CompletableFuture<>());
        var attempts =
                outcomes.stream()
                        .map(outcome ->
                                Thread.ofPlatform()
                                        .start(() ->
                                                outcome.completeAsync(here::commit, Runnable::run)))
                        .toList();
        await().atMost(SOON)
                .until(() ->
                        attempts.stream()
                                .allMatch(attempt -> attempt.getState() == Thread.State.WAITING));

        goOn.countDown();

        assertThat(outcomes.getFirst().join()).isEqualTo(outcomes.getLast().join());
        assertThat(here.stored()).containsExactly(committed().orElseThrow().id());
    }

    private static void pass(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    @Test
    void whatAnotherNodeHasCommittedMeanwhileStaysAfterAFailureHere() {
        here.checkpoints.onKeep(() -> bringUp(away.commit()));
        here.checkpoints.fail(noRoom());

        var committed = here.commit();

        assertThat(committed.copies()).contains(HERE, AWAY);
        assertThat(here.stored()).contains(committed.id());
        assertThat(committed()).contains(committed);
        assertThat(store.image().jobs().require(jobOf(twin)).stop()).isEmpty();
    }

    /// As the request goes on there.
    private void bringUp(Generation committed) {
        var restore = new RestoreFrom(twin, committed.id().number(), NOW, false, List.of());
        var reply = store.submit(new Operation(new SessionId(99), 2, 0, restore)).join();
        assertThat(reply).isInstanceOf(Reply.Accepted.class);
    }

    private JobId jobOf(ProcessId process) {
        return store.image().processes().require(process).job();
    }

    @Test
    void afterAFailureItGoesAndNobodyCommitsItAnyMore() {
        here.checkpoints.fail(noRoom());
        away.checkpoints.onKeep(() ->
                assertThat(catchThrowableOfType(HostFailure.class, here::commit)).isNotNull());

        var late = catchThrowableOfType(HostFailure.class, away::commit);

        assertThat(late).hasMessageContaining("not kept");
        assertThat(committed()).isEmpty();
        assertThat(here.stored()).isEmpty();
        assertThat(away.stored()).isEmpty();
    }

    private static HostFailure noRoom() {
        return new HostFailure(HostFailure.Code.DISK, "no other node has room", "");
    }

    private Optional<Generation> committed() {
        return store.image().generations().find(new GenerationId(twin, 1));
    }
}
