// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.codec.Batch;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.Command;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.Operation;
import org.krg.state.command.RangeRead;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Refused;
import org.krg.state.command.Reply.Transacted;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// How much a transaction looks at, whatever it finds: all others wait for it.
final class KeyBoundsTest {
    private static final int MOST = 100_000;
    private static final int PUTS = 125;
    private static final LeaseId NONE = new LeaseId(0);
    private static final KeyRequest DELETE = new KeyRequest.Delete(KeyRange.ALL, false);

    @TempDir Path directory;
    private KeyBench bench;

    @BeforeEach
    void open() {
        bench = new KeyBench(directory);
    }

    @AfterEach
    void close() {
        bench.close();
        assertThat(bench.ends()).isEmpty();
    }

    @Test
    void keysThatCameAfterTheRevisionCount() throws Exception {
        bench.put("a", "1");
        put(MOST, "v");

        assertRefused(then(read(1, RangeRead.Shows.ALL)));
        assertRefused(then(read(1, RangeRead.Shows.COUNT)));
        assertThat(found(then(read(0, RangeRead.Shows.COUNT, "k"))).count()).isEqualTo(MOST);
        assertRefused(then(read(0, RangeRead.Shows.COUNT)));
        var outside = read(1, RangeRead.Shows.ALL).read();
        assertThat(bench.keys().range("alice", outside, true).get().found().count()).isOne();
    }

    @Test
    void keysThatAreGoneAgainCountUntilTheirVersionsAre() {
        bench.put("a", "1");
        put(MOST, "v");
        accept(then(new KeyRequest.Delete(KeyRange.prefix(Bytes.of("k")), false)));

        assertRefused(then(read(1, RangeRead.Shows.ALL)));
        assertThat(found(then(read(0, RangeRead.Shows.ALL))).count()).isOne();
        bench.apply(new CompactKeys("root", bench.engine.image().revision()));
        for (var swept = 0; swept < 2 * MOST; swept += 256) {
            bench.apply();
        }
        bench.put("b", "2");
        var present = bench.engine.image().revision().value();
        assertThat(found(then(read(present - 1, RangeRead.Shows.ALL))).count()).isOne();
    }

    @Test
    void aRangeThatIsDeletedAgainCountsAgain() {
        put(MOST / 2 + PUTS, "v");

        assertRefused(then(DELETE, DELETE));
        assertRefused(then(DELETE, read(0, RangeRead.Shows.COUNT)));
        accept(then(DELETE));
        accept(then(DELETE, DELETE));
        assertThat(bench.keys().size().keys()).isZero();
    }

    @Test
    void theBytesOfWhatIsNotAnsweredCount() {
        var large = "x".repeat(1 << 20);
        for (var i = 0; i < 65; i++) {
            bench.put("k" + i, large);
        }
        var comparison =
                new KeyComparison(
                        KeyRange.ALL,
                        KeyComparison.Relation.GREATER,
                        new KeyComparison.Operand.Version(0));

        assertRefused(then(read(0, RangeRead.Shows.COUNT)));
        assertRefused(new KeyTransaction(List.of(comparison), List.of(), List.of()));
        assertRefused(then(DELETE));
        assertRefused(
                then(
                        IntStream.range(0, 65)
                                .mapToObj(i ->
                                        KeyRequest.Put.of(Bytes.of("k" + i), Bytes.EMPTY, NONE))
                                .toArray(KeyRequest[]::new)));
        accept(then(new KeyRequest.Delete(KeyRange.prefix(Bytes.of("k1")), false)));
        accept(then(read(0, RangeRead.Shows.COUNT)));
        accept(new KeyTransaction(List.of(comparison), List.of(), List.of()));
        accept(then(DELETE));
    }

    @Test
    void anAnswerIsCountedBeforeMoreIsRead() {
        for (var i = 0; i < 10; i++) {
            bench.put("k" + i, "x".repeat(1 << 20));
        }
        var counted = new AtomicLong();
        var read = RangeRead.of(KeyRange.ALL);
        var full = new IllegalStateException("full");

        var answer =
                bench.keys()
                        .range(
                                "alice",
                                read,
                                true,
                                bytes -> {
                                    if (counted.addAndGet(bytes) > 3 << 20) {
                                        throw full;
                                    }
                                });

        assertThat(answer).failsWithin(Duration.ofSeconds(30)).withThrowableThat().withCause(full);
        assertThat(counted).hasValueLessThan(5 << 20);
        assertThat(bench.keys().range("alice", read, true, counted::addAndGet))
                .succeedsWithin(Duration.ofSeconds(30));
        assertThat(counted).hasValueGreaterThan(13 << 20);
    }

    @Test
    void manySmallKeysOfAnAnswerCountAsWhatTheyTakeOfMemory() {
        put(MOST, "v");
        var counted = new AtomicLong();

        var answer =
                bench.keys().range("alice", RangeRead.of(KeyRange.ALL), true, counted::addAndGet);

        assertThat(answer).succeedsWithin(Duration.ofSeconds(30));
        assertThat(counted).hasValueGreaterThan(30 << 20);
    }

    @Test
    void anEntryThatChangesVeryMuchLeavesTheRestToLaterOnes() {
        var large = "x".repeat(1 << 20);
        for (var i = 0; i < 24; i++) {
            bench.put((i < 16 ? "a" : "b") + i, large);
        }
        var entry =
                bench.entry(deletion("b"), deletion("a"), deletion("a"), KeyBench.put("b", "2", 0));

        var first = bench.apply(entry);
        assertThat(first).hasSize(2);
        assertThat(bench.keys().size().keys()).isZero();
        var again = bench.apply(entry);
        assertThat(again).hasSize(4).startsWith(first.toArray(Reply[]::new));
        assertThat(bench.keys().size().keys()).isOne();
        assertThat(bench.apply(entry)).isEqualTo(again);
    }

    @Test
    void veryManySmallKeysFillAnEntryAsWell() {
        put("k", PUTS, "");
        put("m", 160 * PUTS, "");
        var entry = bench.entry(deletion("m"), deletion("k"));

        assertThat(bench.apply(entry)).hasSize(1);
        assertThat(bench.apply(entry)).hasSize(2);
        assertThat(bench.keys().size().keys()).isZero();
    }

    @Test
    void whatIsAnsweredAndLookedAtFillsAnEntryAsWell() {
        put(MOST, "v");
        var all = read(0, RangeRead.Shows.ALL);
        var count = read(0, RangeRead.Shows.COUNT);
        var put = KeyRequest.Put.of(Bytes.of("k000000"), Bytes.EMPTY, NONE);

        assertThat(bench.apply(twenty(then(all)))).hasSize(1);
        assertThat(bench.apply(twenty(then(count)))).hasSize(2);
        assertThat(bench.apply(twenty(then(count, count))))
                .hasSize(2)
                .allMatch(Refused.class::isInstance);
        var repeated = twenty(then(put, read(0, RangeRead.Shows.ALL, "k000001")));
        assertThat(bench.apply(repeated)).hasSize(1);
        assertThat(bench.apply(repeated)).hasSize(1);
        assertThat(bench.apply(twenty(then(put, read(0, RangeRead.Shows.ALL, "k09999")))))
                .hasSize(20);
    }

    private byte[] twenty(KeyTransaction transaction) {
        return bench.entry(
                IntStream.range(0, 20)
                        .mapToObj(_ -> new Transact("alice", transaction))
                        .toArray(Command[]::new));
    }

    /// As many of the largest replies as are kept of two sessions, and more.
    @Test
    @Tag("long")
    void keptRepliesTakeABoundedPartOfTheDisk() {
        for (var i = 0; i < 4; i++) {
            bench.put("k" + i, "x".repeat((1 << 20) - 2));
        }
        var reading =
                new Transact(
                        "alice",
                        then(
                                KeyRequest.Put.of(Bytes.of("a"), Bytes.EMPTY, NONE),
                                read(0, RangeRead.Shows.ALL, "k")));
        var operations =
                IntStream.range(0, 300)
                        .mapToObj(i ->
                                new Operation(
                                        new SessionId(100 + i / 128), 1 + i % 128, 0, reading))
                        .toList();
        var first = apply(operations.getFirst());
        operations.stream().skip(1).limit(298).forEach(this::apply);
        var last = apply(operations.getLast());

        assertThat(first).isInstanceOf(Transacted.class);
        assertThat(replyBytes()).isBetween(512L << 20, SessionTable.REPLY_BYTES + (8 << 20));
        var hash = bench.engine.hash();
        bench.close();
        bench = new KeyBench(directory);
        assertThat(bench.engine.hash()).isEqualTo(hash);
        assertThat(apply(operations.getFirst()))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.refusal()).isEqualTo(Refusal.SESSION_EXPIRED));
        assertThat(apply(operations.getLast())).isEqualTo(last);
    }

    private Reply apply(Operation operation) {
        return bench.apply(OperationCodec.encode(new Batch(Instant.EPOCH, List.of(operation))))
                .getFirst();
    }

    private long replyBytes() {
        var bytes = new AtomicLong();
        bench.engine.reading(view -> {
            view.scan(
                    Family.REPLIES,
                    RowKey.FIRST,
                    (_, row) -> {
                        bytes.addAndGet(row.length);
                        return true;
                    });
            return true;
        });
        return bytes.get();
    }

    private static Transact deletion(String prefix) {
        return KeyBench.transact(new KeyRequest.Delete(KeyRange.prefix(Bytes.of(prefix)), false));
    }

    private void put(int count, String value) {
        put("k", count, value);
    }

    /// Many in an entry, as a busy cluster has them.
    private void put(String prefix, int count, String value) {
        var commands = new ArrayList<Command>();
        for (var first = 0; first < count; first += PUTS) {
            var puts =
                    IntStream.range(first, first + PUTS)
                            .<KeyRequest>mapToObj(i ->
                                    KeyRequest.Put.of(
                                            Bytes.of("%s%06d".formatted(prefix, i)),
                                            Bytes.of(value),
                                            NONE))
                            .toList();
            commands.add(new Transact("alice", new KeyTransaction(List.of(), puts, List.of())));
            if (commands.size() == 100) {
                bench.apply(commands.toArray(Command[]::new));
                commands.clear();
            }
        }
        bench.apply(commands.toArray(Command[]::new));
    }

    private static KeyRequest.Read read(long at, RangeRead.Shows shows) {
        return read(at, shows, "");
    }

    private static KeyRequest.Read read(long at, RangeRead.Shows shows, String prefix) {
        return new KeyRequest.Read(
                new RangeRead(
                        KeyRange.from(Bytes.of(prefix)),
                        new Revision(at),
                        0,
                        RangeRead.Order.KEYS,
                        RangeRead.Bounds.NONE,
                        shows));
    }

    private static KeyTransaction then(KeyRequest... requests) {
        return new KeyTransaction(List.of(), List.of(requests), List.of());
    }

    private Transacted accept(KeyTransaction transaction) {
        var reply = bench.apply(new Transact("alice", transaction)).getFirst();
        assertThat(reply).isInstanceOf(Transacted.class);
        return (Transacted) reply;
    }

    private KeyResult.Found found(KeyTransaction transaction) {
        return (KeyResult.Found) accept(transaction).results().getFirst();
    }

    private void assertRefused(KeyTransaction transaction) {
        assertThat(bench.apply(new Transact("alice", transaction)).getFirst())
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.TOO_LARGE));
    }
}
