// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore.AlreadyApplied;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.codec.Batch;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.command.Reply.Refused;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.rocksdb.RocksStorage;

final class StateEngineTest {
    private static final SessionId CLIENT = new SessionId(77);
    private static final long EVENTS_KEPT = 32;

    @TempDir Path directory;

    private final ChangeFeed changes = new ChangeFeed("test");
    private final WatchHub watches = new WatchHub("test", Runnable::run);
    private final List<String> ends = new ArrayList<>();
    private final List<StateEngine> engines = new ArrayList<>();
    private long index;

    @AfterEach
    void close() {
        engines.forEach(StateEngine::close);
        changes.close();
        watches.close();
    }

    @Test
    void anOperationChangesTheImageTheHistoryAndTheReplyAtOneRevision() {
        var engine = open("a");

        var replies = apply(engine, grant(1), grant(2));

        assertThat(replies)
                .containsExactly(
                        new Accepted(new Revision(1), 1), new Accepted(new Revision(2), 2));
        assertThat(engine.image().revision()).isEqualTo(new Revision(2));
        assertThat(engine.image().leases().size()).isEqualTo(2);
        assertThat(engine.eventsAfter(Revision.ZERO, 10))
                .extracting(Recorded::revision)
                .containsExactly(new Revision(1), new Revision(2));
    }

    @Test
    void aRepeatedOperationGetsItsFirstReplyAndChangesNothing() {
        var engine = open("a");
        var first = apply(engine, grant(1));

        assertThat(apply(engine, grant(1))).isEqualTo(first);
        assertThat(engine.image().revision()).isEqualTo(new Revision(1));
    }

    @Test
    void anOperationRepeatedInOneEntryIsAppliedOnce() {
        var engine = open("a");

        var replies = apply(engine, grant(1), grant(1));

        assertThat(replies.getFirst()).isEqualTo(replies.getLast());
        assertThat(engine.image().leases().size()).isEqualTo(1);
    }

    @Test
    void aRefusalIsRememberedToo() {
        var engine = open("a");
        var revoke = new Operation(CLIENT, 1, 0, new RevokeLease(new LeaseId(1)));
        var refused = apply(engine, revoke);
        apply(engine, grant(2));

        assertThat(refused.getFirst()).isInstanceOf(Refused.class);
        assertThat(apply(engine, revoke)).isEqualTo(refused);
        assertThat(engine.image().leases().size()).isEqualTo(1);
    }

    /// Clients choose the numbers of their sessions.
    @Test
    void theReplyOfAnOperationIsNotGivenToAnotherOne() {
        var engine = open("a");
        apply(engine, grant(1));
        var others =
                new Operation(CLIENT, 1, 0, "bob", new GrantLease("holder", Duration.ofSeconds(5)));
        var another = new Operation(CLIENT, 1, 0, new RevokeLease(new LeaseId(1)));

        var replies = apply(engine, others, another);

        assertThat(replies)
                .allSatisfy(reply ->
                        assertThat(((Refused) reply).refusal()).isEqualTo(Refusal.INVALID));
        assertThat(engine.image().leases().size()).isEqualTo(1);
    }

    @Test
    void anOperationThatWasAppliedInAForgottenSessionIsNotAppliedAgain() {
        var lost = grant(1).since(0);
        var engine = open("a");
        apply(engine, lost);
        for (var many = 0; many < SessionTable.LIMIT; many += 1_000) {
            var first = many;
            apply(
                    engine,
                    IntStream.range(0, 1_000)
                            .mapToObj(i -> new SessionId(1_000_000 + first + i))
                            .map(id -> new Operation(id, 1, 0, new RevokeLease(new LeaseId(77))))
                            .toArray(Operation[]::new));
        }
        assertThat(outcome(engine, lost)).isEqualTo(Refusal.SESSION_EXPIRED);
        engine.close();

        var again = open("a");

        assertThat(outcome(again, lost)).isEqualTo(Refusal.SESSION_EXPIRED);
        assertThat(again.image().leases().size()).isEqualTo(1);
        apply(again, grant(1).since(again.position().index()));
        assertThat(again.image().leases().size()).isEqualTo(2);
    }

    private Refusal outcome(StateEngine engine, Operation operation) {
        return ((Refused) apply(engine, operation).getFirst()).refusal();
    }

    @Test
    void anOperationOfAForgottenSessionIsRefused() {
        var engine = open("a");

        assertThat(apply(engine, grant(1_000)).getFirst())
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.refusal()).isEqualTo(Refusal.SESSION_EXPIRED));
    }

    @Test
    void aProposalOfAnotherTermIsRefused() {
        var engine = open("a");
        var late = new Operation(CLIENT, 1, 4, new GrantLease("late", Duration.ofSeconds(5)));
        var inTime = new Operation(CLIENT, 2, 5, new GrantLease("now", Duration.ofSeconds(5)));

        var replies = applyIn(5, engine, late, inTime);

        assertThat(((Refused) replies.getFirst()).refusal()).isEqualTo(Refusal.WRONG_TERM);
        assertThat(replies.getLast()).isInstanceOf(Accepted.class);
    }

    @Test
    void anEntryIsAppliedOnceHoweverOftenItIsReplayed() {
        var engine = open("a");
        apply(engine, grant(1));
        var hash = engine.hash();

        var again = engine.apply(new LogPosition(1, index), entry(grant(2)));
        engine.passed(new LogPosition(1, 0));

        assertThat(again).isEmpty();
        assertThat(engine.hash()).isEqualTo(hash);
        assertThat(engine.position()).isEqualTo(new LogPosition(1, index));
    }

    @Test
    void whatWasAppliedIsThereAfterACleanEnd() {
        var engine = open("a");
        var replies = apply(engine, grant(1), grant(2));
        engine.passed(new LogPosition(1, ++index));
        var image = engine.image();
        var hash = engine.hash();
        engine.close();

        var again = open("a");

        assertThat(again.image()).isEqualTo(image);
        assertThat(again.hash()).isEqualTo(hash);
        assertThat(again.position()).isEqualTo(new LogPosition(1, index));
        assertThat(apply(again, grant(1), grant(2))).isEqualTo(replies);
    }

    @Test
    void replicasThatAppliedTheSameEntriesHaveOneHash() {
        var one = open("a");
        var other = open("b");
        for (var sequence = 1; sequence <= 200; sequence++) {
            var at = new LogPosition(1, ++index);
            one.apply(at, entry(grant(sequence)));
            other.apply(at, entry(grant(sequence)));
            if (sequence == 150) {
                one.passed(new LogPosition(1, ++index));
                one.checkpoint(directory.resolve("copy"));
            }
        }

        assertThat(one.hash()).isEqualTo(other.hash());
        assertThat(one.hash().appliedIndex()).isEqualTo(index);
    }

    @Test
    void anEntryWithoutOperationsIsAppliedToo() {
        var engine = open("a");

        assertThat(apply(engine)).isEmpty();
        assertThat(engine.position()).isEqualTo(new LogPosition(1, index));
    }

    @Test
    void aSnapshotTakesThePlaceOfOlderRows() throws InterruptedException {
        var ahead = open("a");
        apply(ahead, grant(1), grant(2), grant(3));
        var copy = directory.resolve("copy");
        var position = ahead.checkpoint(copy).orElseThrow();
        new FileDigests().write(copy, _ -> {});
        var behind = open("b");
        var seen = listen();

        behind.suspend();
        assertThat(behind.apply(new LogPosition(1, 1), entry(grant(9)))).isEmpty();
        behind.resume(new Snapshot(position, copy));

        assertThat(behind.hash()).isEqualTo(ahead.hash());
        assertThat(behind.image()).isEqualTo(ahead.image());
        assertThat(seen.poll(10, TimeUnit.SECONDS))
                .isEqualTo(new ClusterChange(ClusterImage.EMPTY, List.of(), ahead.image()));
        assertThat(behind.reached(position.index())).isCompleted();
    }

    @Test
    void rowsOlderThanASnapshotAreReplacedAtTheStart() {
        var ahead = open("a");
        apply(ahead, grant(1));
        var copy = directory.resolve("copy");
        var position = ahead.checkpoint(copy).orElseThrow();
        new FileDigests().write(copy, _ -> {});

        var behind = newEngine("b");
        behind.open(Optional.of(new Snapshot(position, copy)));

        assertThat(behind.hash()).isEqualTo(ahead.hash());
    }

    @Test
    void rowsNewerThanASnapshotStay() {
        var engine = open("a");
        apply(engine, grant(1));
        var copy = directory.resolve("copy");
        var position = engine.checkpoint(copy).orElseThrow();
        apply(engine, grant(2));
        var hash = engine.hash();
        engine.close();

        var again = newEngine("a");
        again.open(Optional.of(new Snapshot(position, copy)));

        assertThat(again.hash()).isEqualTo(hash);
    }

    @Test
    void eventsAreReadInPiecesThatEndWithAnOperation() {
        var engine = open("a");
        for (var sequence = 1; sequence <= 10; sequence++) {
            apply(engine, grant(sequence));
        }

        var all = engine.eventsAfter(Revision.ZERO, 100);
        var first = engine.eventsAfter(Revision.ZERO, 4);
        var rest = engine.eventsAfter(first.getLast().revision(), 100);

        assertThat(first).hasSize(4);
        assertThat(all)
                .startsWith(first.toArray(Recorded[]::new))
                .endsWith(rest.toArray(Recorded[]::new));
        assertThat(engine.eventsAfter(new Revision(10), 5)).isEmpty();
    }

    @Test
    void oldEventsAreLetGoAndAskingForThemSaysSo() {
        var engine = open("a");
        for (var sequence = 1; sequence <= 100; sequence++) {
            apply(engine, grant(sequence));
        }

        assertThatThrownBy(() -> engine.eventsAfter(new Revision(1), 10))
                .isInstanceOfSatisfying(
                        Compacted.class,
                        compacted -> {
                            var whole = new Revision(compacted.first.value() - 1);
                            assertThat(engine.eventsAfter(whole, 1_000))
                                    .hasSize((int) (100 - whole.value()))
                                    .hasSizeGreaterThanOrEqualTo((int) EVENTS_KEPT);
                        });
    }

    @Test
    void listenersSeeEachStepInOrder() throws InterruptedException {
        var engine = open("a");
        apply(engine, grant(1));
        var seen = listen();

        apply(engine, grant(2));
        apply(engine, grant(3), grant(4));

        var first = seen.poll(10, TimeUnit.SECONDS);
        var second = seen.poll(10, TimeUnit.SECONDS);
        assertThat(first.before().revision()).isEqualTo(new Revision(1));
        assertThat(first.after()).isEqualTo(second.before());
        assertThat(second.events()).hasSize(2);
        assertThat(second.after()).isEqualTo(engine.image());
    }

    @Test
    void anEntryThatCannotBeReadEndsTheProcess() {
        var engine = open("a");

        assertThatThrownBy(() ->
                        engine.apply(new LogPosition(1, 1), ByteBuffer.wrap(new byte[] {1, 2})))
                .isInstanceOf(Error.class);
        assertThat(ends).hasSize(1);
        assertThat(engine.position()).isEqualTo(LogPosition.NONE);
    }

    @Test
    void itIsKnownWhenTheNewestEntryWasWritten() {
        var engine = open("a");
        assertThat(engine.newestEntry()).isEmpty();

        apply(engine, grant(1));
        engine.passed(new LogPosition(1, ++index));

        assertThat(engine.newestEntry()).contains(Instant.EPOCH);
    }

    @Test
    void waitersCompleteWhenTheirEntryIsApplied() {
        var engine = open("a");
        var second = engine.reached(2);

        apply(engine, grant(1));
        assertThat(second).isNotDone();

        engine.passed(new LogPosition(1, ++index));
        assertThat(second).isCompleted();
    }

    @Test
    void aDigestIsOfTheEntryThatWasAskedForWhateverFollows() {
        var one = open("a");
        var asked = one.hashAfter(2);
        apply(one, grant(1));
        assertThat(asked).isNotDone();
        apply(one, grant(2));
        var then = one.hash();
        apply(one, grant(3));

        assertThat(asked).isCompletedWithValue(then);
        assertThat(then.appliedIndex()).isEqualTo(2);
        assertThat(one.hash()).isNotEqualTo(then);
    }

    @Test
    void aDigestOfAnEntryThatIsAppliedIsRefused() {
        var engine = open("a");
        apply(engine, grant(1));

        assertThat(engine.hashAfter(1))
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableThat()
                .withCauseInstanceOf(AlreadyApplied.class);
    }

    @Test
    void whoWaitsForADigestHearsOfTheEnd() {
        var engine = open("a");
        var asked = engine.hashAfter(7);
        engine.close();

        assertThat(asked).isCompletedExceptionally();
    }

    private StateEngine open(String name) {
        var engine = newEngine(name);
        engine.open(Optional.empty());
        return engine;
    }

    private StateEngine newEngine(String name) {
        var engine =
                new StateEngine(
                        new RocksStorage(directory.resolve(name)),
                        EVENTS_KEPT,
                        changes,
                        watches,
                        Runnable::run,
                        new MetricRegistry(),
                        (what, cause) -> ends.add(what + " " + cause));
        engines.add(engine);
        return engine;
    }

    private BlockingQueue<ClusterChange> listen() {
        var seen = new LinkedBlockingQueue<ClusterChange>();
        var _ = changes.listen(seen::add);
        return seen;
    }

    private List<Reply> apply(StateEngine engine, Operation... operations) {
        return applyIn(1, engine, operations);
    }

    private List<Reply> applyIn(long term, StateEngine engine, Operation... operations) {
        return engine.apply(new LogPosition(term, ++index), entry(operations));
    }

    private static ByteBuffer entry(Operation... operations) {
        return ByteBuffer.wrap(
                OperationCodec.encode(new Batch(Instant.EPOCH, Arrays.asList(operations))));
    }

    private static Operation grant(long sequence) {
        return new Operation(CLIENT, sequence, 0, new GrantLease("holder", Duration.ofSeconds(5)));
    }
}
