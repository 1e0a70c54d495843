// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.codec.Batch;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.Command;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.Member;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.Revision;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SessionId;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Change;
import org.krg.state.model.SyncRequest.Lock;
import org.krg.state.model.SyncResult;
import org.krg.state.rocksdb.RocksStorage;
import org.krg.testkit.Samples;

/// Synchronisation as a replica applies and stores it.
final class AppliedSyncTest {
    @TempDir private Path directory;

    private final ChangeFeed changes = new ChangeFeed("test");
    private final WatchHub watches = new WatchHub("test", Runnable::run);
    private final List<StateEngine> engines = new ArrayList<>();
    private StateEngine engine;
    private SegmentId segment;
    private long index;
    private long sequence;

    @BeforeEach
    void register() {
        engine = open();
        apply(new RegisterNode(Samples.node(Samples.HOME, 1), Samples.START));
        apply(new RegisterNode(Samples.node(Samples.AWAY, 1), Samples.START));
        var created =
                apply(
                        new CreateSegment(
                                "grid",
                                4_096,
                                Samples.ALICE,
                                0600,
                                OwnershipMode.DEFAULT,
                                Samples.START));
        segment = new SegmentId(((Reply.Accepted) created).created());
    }

    @AfterEach
    void close() {
        engines.forEach(StateEngine::close);
        changes.close();
        watches.close();
    }

    @Test
    void whatThreadsDoIsThereAfterAnEndAndMakesNoRevision() {
        var revision = engine.image().revision();
        perform(Samples.HOME, 1, lock());
        perform(Samples.AWAY, 1, lock());
        assertThat(perform(Samples.HOME, 2, add())).contains(new SyncAnswer(SyncResult.DONE, 0));
        var sync = engine.image().sync();
        var hash = engine.hash();
        engine.close();

        engine = open();

        assertThat(engine.image().revision()).isEqualTo(revision);
        assertThat(engine.image().sync()).isEqualTo(sync);
        assertThat(engine.hash()).isEqualTo(hash);
        // By another session: the thread's own number is what counts.
        assertThat(perform(Samples.HOME, 2, add())).contains(new SyncAnswer(SyncResult.DONE, 0));
        assertThat(perform(Samples.HOME, 3, add())).contains(new SyncAnswer(SyncResult.DONE, 5));
    }

    @Test
    void theLossOfANodeAndTheEndOfASegmentAreFollowedInTheSameStep() {
        perform(Samples.HOME, 1, lock());
        assertThat(perform(Samples.AWAY, 1, lock())).isEmpty();
        var told = new AtomicInteger();
        var _ = engine.onSync(told::incrementAndGet);

        apply(new DeclareNodeLost(Samples.HOME, starts(Samples.HOME), Samples.START));

        assertThat(told).hasValue(1);
        assertThat(progress(Samples.AWAY))
                .isEqualTo(new Progress.Answered(new SyncAnswer(SyncResult.OWNER_DIED)));
        assertThat(engine.image().sync().callers().find(caller(Samples.HOME))).isEmpty();

        apply(new DestroySegment(segment));
        assertThat(engine.image().sync().objects().size()).isZero();
        var hash = engine.hash();
        engine.close();
        engine = open();
        assertThat(engine.hash()).isEqualTo(hash);
        assertThat(engine.image().sync().callers().size()).isOne();
        assertThat(engine.eventsAfter(Revision.ZERO, 100)).hasSize(5);
    }

    private Lock lock() {
        return new Lock(new SyncId(segment, 1), true);
    }

    private Change add() {
        return new Change(new SyncId(segment, 2), Change.Kind.ADD, 5, 0);
    }

    private long starts(NodeId node) {
        return engine.image().nodes().find(node).map(Node::agentStarts).orElseThrow();
    }

    private Caller caller(NodeId node) {
        return new Caller(new Member(node, starts(node)), 1, 2);
    }

    private Progress progress(NodeId node) {
        return engine.image().sync().callers().require(caller(node)).progress();
    }

    private Optional<SyncAnswer> perform(NodeId node, long number, SyncRequest request) {
        var reply = apply(new Perform(caller(node), number, request));
        return ((Reply.Synchronised) reply).answer();
    }

    private Reply apply(Command command) {
        sequence++;
        var operation = new Operation(new SessionId(sequence), 1, 0, command);
        var entry = OperationCodec.encode(new Batch(Instant.EPOCH, List.of(operation)));
        return engine.apply(new LogPosition(1, ++index), ByteBuffer.wrap(entry)).getFirst();
    }

    private StateEngine open() {
        var opened =
                new StateEngine(
                        new RocksStorage(directory.resolve("rows")),
                        32,
                        changes,
                        watches,
                        Runnable::run,
                        new MetricRegistry(),
                        (what, failure) -> {});
        opened.open(Optional.empty());
        engines.add(opened);
        return opened;
    }
}
