// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricRegistry;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.Reply;
import org.krg.state.engine.Leader.NotAppended;
import org.krg.state.model.Revision;

class BatcherTest {
    private static final ByteString OPERATION = ByteString.copyFromUtf8("an operation");

    private final List<Entry> log = new CopyOnWriteArrayList<>();
    private volatile boolean isBroken;
    private final Batcher batcher = new Batcher(this::append, Runnable::run, new MetricRegistry());

    private record Entry(List<ByteString> operations, CompletableFuture<List<Reply>> replies) {
        void apply() {
            replies.complete(
                    IntStream.range(0, operations.size())
                            .<Reply>mapToObj(i -> new Reply.Accepted(new Revision(i + 1), 0))
                            .toList());
        }
    }

    private CompletableFuture<List<Reply>> append(List<ByteString> operations) {
        if (isBroken) {
            throw new NoClassDefFoundError("a class of files that were replaced");
        }
        var entry = new Entry(operations, new CompletableFuture<>());
        log.add(entry);
        return entry.replies;
    }

    @AfterEach
    void close() {
        batcher.close();
    }

    @Test
    void anOperationGoesAtOnceAndOthersGatherBehindIt() {
        var first = batcher.offer(OPERATION);
        awaitEntries(1);
        var others = offer(3);

        log.getFirst().apply();
        awaitEntries(2);

        assertThat(first).isCompletedWithValue(new Reply.Accepted(new Revision(1), 0));
        assertThat(sizes()).containsExactly(1, 3);
        log.getLast().apply();
        // The batcher takes the replies once it has what the log gave it for the entry.
        assertThat(others.getLast())
                .succeedsWithin(Duration.ofMinutes(1))
                .isEqualTo(new Reply.Accepted(new Revision(3), 0));
    }

    @Test
    void whatAnEntryLeavesOutSurelyTookNoEffect() {
        offer(1);
        awaitEntries(1);
        var others = offer(2);
        log.getFirst().apply();
        awaitEntries(2);
        Reply done = new Reply.Accepted(new Revision(2), 0);
        log.getLast().replies.complete(List.of(done));

        assertThat(others.getFirst()).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(done);
        assertThat(others.getLast())
                .failsWithin(Duration.ofMinutes(1))
                .withThrowableThat()
                .withCauseInstanceOf(NotAppended.class);
    }

    @Test
    void anEntryWithoutRepliesMayBeDone() {
        var operation = batcher.offer(OPERATION);
        awaitEntries(1);
        log.getFirst().replies.complete(List.of());

        assertThat(operation)
                .failsWithin(Duration.ofMinutes(1))
                .withThrowableThat()
                .withCauseInstanceOf(NoQuorum.class);
    }

    @Test
    void anEntryThatIsFullDoesNotWait() {
        offer(1);
        awaitEntries(1);
        offer(Batcher.ENTRY_OPERATIONS + 1);
        awaitEntries(2);

        assertThat(sizes()).containsExactly(1, Batcher.ENTRY_OPERATIONS);
        log.getFirst().apply();
        log.getLast().apply();
        awaitEntries(3);
        assertThat(sizes()).endsWith(1);
    }

    @Test
    void noMoreThanSoManyEntriesAreUnderWay() {
        offer(1);
        awaitEntries(1);
        offer(Batcher.ENTRY_OPERATIONS * (Batcher.UNDER_WAY + 1));
        awaitEntries(Batcher.UNDER_WAY);
        assertThat(log).hasSize(Batcher.UNDER_WAY);

        log.getFirst().apply();
        awaitEntries(Batcher.UNDER_WAY + 1);
    }

    @Test
    void anEntryThatFailsMakesRoom() {
        var first = batcher.offer(OPERATION);
        awaitEntries(1);
        var _ = batcher.offer(OPERATION);
        log.getFirst().replies.completeExceptionally(new NotAppended("no leader"));
        awaitEntries(2);

        assertThatThrownBy(first::join).hasRootCauseInstanceOf(NotAppended.class);
    }

    @Test
    void whatThrowsIsToldAndOthersFollow() {
        isBroken = true;
        var first = batcher.offer(OPERATION);
        assertThatThrownBy(first::join).hasRootCauseInstanceOf(NoClassDefFoundError.class);
        isBroken = false;

        offer(1);

        awaitEntries(1);
    }

    @Test
    void whatWaitsWhenItClosesIsNotAppended() {
        offer(1);
        awaitEntries(1);
        var waiting = offer(2);

        batcher.close();

        await().until(() -> waiting.stream().allMatch(CompletableFuture::isCompletedExceptionally));
        assertThat(log).hasSize(1);
    }

    private List<CompletableFuture<Reply>> offer(int count) {
        return Stream.generate(() -> batcher.offer(OPERATION)).limit(count).toList();
    }

    private void awaitEntries(int count) {
        await().until(() -> log.size() >= count);
    }

    private List<Integer> sizes() {
        return log.stream().map(entry -> entry.operations.size()).toList();
    }
}
