// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.NotPermitted;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.Watch;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.command.Command;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Reply;
import org.krg.state.engine.KeyHistory.Past;
import org.krg.state.image.Access;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyChange;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;
import org.krg.testkit.KeyModel;
import org.krg.testkit.RandomTransactions;
import org.krg.testkit.Seeds;

final class WatchHubTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path directory;
    private KeyBench bench;

    @BeforeEach
    void open() {
        bench = new KeyBench(directory.resolve("a"));
    }

    @AfterEach
    void close() {
        bench.close();
        assertThat(bench.ends()).isEmpty();
    }

    /// Notes what a watch says, and how far it is.
    private static final class Log implements Consumer<Notice> {
        final List<Notice> notices = new CopyOnWriteArrayList<>();

        @Override
        public void accept(Notice notice) {
            notices.add(notice);
        }

        List<Change> changes() {
            var all = new ArrayList<Change>();
            for (var notice : notices) {
                if (notice instanceof Notice.Changes(_, var changes)) {
                    all.addAll(changes);
                }
            }
            return all;
        }

        List<KeyValue> values() {
            return changes().stream().map(Change::now).toList();
        }

        Optional<RuntimeException> end() {
            return notices.stream()
                    .filter(Notice.Ended.class::isInstance)
                    .map(notice -> ((Notice.Ended) notice).why())
                    .findFirst();
        }

        boolean hasReached(Revision revision) {
            return notices.stream()
                    .anyMatch(notice ->
                            notice instanceof Notice.Bookmark(var at)
                                    && at.compareTo(revision) >= 0);
        }
    }

    private static WatchSpec spec(KeyRange range, long from) {
        return new WatchSpec(
                range,
                from == 0 ? Optional.empty() : Optional.of(new Revision(from)),
                true,
                true,
                true,
                false);
    }

    private Watch watch(KeyRange range, long from, Consumer<Notice> listener) {
        return bench.keys().watch("alice", spec(range, from), listener);
    }

    private void awaitReached(Watch watch, Log log) {
        watch.bookmark();
        var present = bench.engine.image().revision();
        await().atMost(SOON).until(() -> log.hasReached(present) || log.end().isPresent());
    }

    /// Until then a watch may be told what was applied a moment ago, though it is compacted since.
    private void awaitFed() {
        var log = new Log();
        var next = bench.engine.image().revision().next();
        try (var watch = watch(KeyRange.ALL, next.value(), log)) {
            awaitReached(watch, log);
        }
    }

    @Test
    void aWatchTellsPutsAndDeletesWithWhatWasThereBefore() {
        var log = new Log();
        try (var watch = watch(KeyRange.prefix(Bytes.of("/a/")), 0, log)) {
            bench.put("/a/x", "1");
            bench.put("/b/x", "2");
            bench.put("/a/x", "3");
            bench.apply(KeyBench.transact(new KeyRequest.Delete(KeyRange.ALL, false)));
            awaitReached(watch, log);

            assertThat(log.changes()).hasSize(3);
            assertThat(log.changes())
                    .extracting(Change::isDelete)
                    .containsExactly(false, false, true);
            assertThat(log.changes().get(1).before().orElseThrow().value())
                    .isEqualTo(Bytes.of("1"));
            assertThat(log.changes().get(2).before().orElseThrow().value())
                    .isEqualTo(Bytes.of("3"));
            assertThat(log.changes().get(2).now().modified()).isEqualTo(new Revision(4));
        }
    }

    @Test
    void aWatchTellsOnlyWhatItAskedFor() {
        var puts = new Log();
        var deletes = new Log();
        var one = KeyRange.one(Bytes.of("k"));
        try (var onPuts =
                        bench.keys()
                                .watch(
                                        "alice",
                                        new WatchSpec(
                                                one, Optional.empty(), false, true, false, false),
                                        puts);
                var onDeletes =
                        bench.keys()
                                .watch(
                                        "alice",
                                        new WatchSpec(
                                                one, Optional.empty(), false, false, true, false),
                                        deletes)) {
            bench.put("k", "1");
            bench.put("k", "2");
            bench.apply(KeyBench.transact(new KeyRequest.Delete(one, false)));
            awaitReached(onPuts, puts);
            awaitReached(onDeletes, deletes);
        }

        assertThat(puts.changes()).hasSize(2).allMatch(change -> change.before().isEmpty());
        assertThat(deletes.changes()).hasSize(1);
    }

    @Test
    void aBookmarkSaysNoMoreThanWasTold() {
        var log = new Log();
        try (var watch = watch(KeyRange.ALL, 0, log)) {
            for (var i = 1; i <= 20; i++) {
                bench.put("k", "v" + i);
                watch.bookmark();
            }
            awaitReached(watch, log);
        }

        var told = Revision.ZERO;
        for (var notice : log.notices) {
            switch (notice) {
                case Notice.Changes(_, var changes) -> {
                    for (var change : changes) {
                        assertThat(change.now().modified()).isGreaterThan(told);
                    }
                }
                case Notice.Bookmark(var at) -> told = at;
                case Notice.Ended(var why) -> throw why;
            }
        }
        assertThat(told).isEqualTo(bench.engine.image().revision());
    }

    @Test
    void aBookmarkThatIsAskedForWhileAnotherIsComingSaysWhatHappenedBetween() {
        var log = new Log();
        try (var watch = watch(KeyRange.ALL, 0, log)) {
            for (var i = 1; i <= 20; i++) {
                bench.put("k", "v" + i);
                watch.bookmark();
                bench.put("k", "w" + i);
                awaitReached(watch, log);
            }
        }
    }

    @Test
    void keysThatGoWithTheirLeaseAreTold() {
        bench.apply(new GrantLease(new LeaseId(9), "cron", Duration.ofSeconds(5)));
        bench.apply(KeyBench.put("a", "1", 9), KeyBench.put("b", "1", 9));
        var log = new Log();
        try (var watch = watch(KeyRange.ALL, 0, log)) {
            bench.apply(new ExpireLease(new LeaseId(9), 0));
            awaitReached(watch, log);
        }

        assertThat(log.changes()).hasSize(2).allMatch(Change::isDelete);
        assertThat(log.notices).filteredOn(Notice.Changes.class::isInstance).hasSize(1);
        assertThat(bench.keys().size().keys()).isZero();
        assertThat(bench.keys().keysOf(new LeaseId(9)).join()).isEmpty();
    }

    @Test
    void whatHappenedWhileNobodyWatchedIsToldToWhoAsksForIt() {
        watch(KeyRange.ALL, 0, new Log()).close();
        bench.put("k", "1");
        bench.put("k", "2");

        var log = new Log();
        try (var watch = watch(KeyRange.ALL, 2, log)) {
            bench.put("k", "3");
            awaitReached(watch, log);
        }

        assertThat(log.values())
                .extracting(KeyValue::value)
                .containsExactly(Bytes.of("2"), Bytes.of("3"));
    }

    @Test
    void aWatchOfTheFutureBeginsThere() {
        var log = new Log();
        try (var watch = watch(KeyRange.ALL, 3, log)) {
            for (var i = 1; i <= 5; i++) {
                bench.put("k", "v" + i);
            }
            awaitReached(watch, log);
        }

        assertThat(log.values())
                .extracting(each -> each.modified().value())
                .containsExactly(3L, 4L, 5L);
    }

    @Test
    void aWatchBeginsWithTheCompactedRevisionAndNotBefore() {
        for (var i = 1; i <= 10; i++) {
            bench.put("k", "v" + i);
        }
        bench.apply(new CompactKeys("root", new Revision(6)));
        bench.apply();
        awaitFed();
        var early = new Log();
        var exact = new Log();
        try (var _ = watch(KeyRange.ALL, 5, early);
                var watch = watch(KeyRange.ALL, 6, exact)) {
            awaitReached(watch, exact);
            await().atMost(SOON).until(() -> early.end().isPresent());
        }

        assertThat(early.end().orElseThrow())
                .isInstanceOfSatisfying(
                        Compacted.class,
                        compacted -> assertThat(compacted.first).isEqualTo(new Revision(6)));
        assertThat(exact.values()).hasSize(5);
        assertThat(exact.changes().getFirst().before()).isEmpty();
        assertThat(exact.changes().get(1).before()).isPresent();
    }

    @Test
    void aListenerThatIsSlowHoldsNobodyUpAndMissesNothing() throws InterruptedException {
        var gate = new CountDownLatch(1);
        var slow = new Log();
        var quick = new Log();
        try (var onSlow =
                        watch(
                                KeyRange.ALL,
                                0,
                                notice -> {
                                    awaitUninterrupted(gate);
                                    slow.accept(notice);
                                });
                var onQuick = watch(KeyRange.ALL, 0, quick)) {
            for (var i = 0; i < 3_000; i++) {
                bench.put("k" + i % 7, "v" + i);
            }
            awaitReached(onQuick, quick);
            assertThat(quick.values()).hasSize(3_000);
            await().atMost(SOON).until(() -> bench.watches.watches().behind() == 1);

            gate.countDown();
            awaitReached(onSlow, slow);
        }

        assertThat(slow.values()).isEqualTo(quick.values());
    }

    private static void awaitUninterrupted(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSlowListenerWhoseChangesAreCompactedIsToldSo() {
        var gate = new CountDownLatch(1);
        var slow = new Log();
        try (var _ =
                watch(
                        KeyRange.ALL,
                        0,
                        notice -> {
                            awaitUninterrupted(gate);
                            slow.accept(notice);
                        })) {
            for (var i = 0; i < 3_000; i++) {
                bench.put("k", "v" + i);
            }
            bench.apply(new CompactKeys("root", new Revision(2_999)));
            gate.countDown();
            await().atMost(SOON).until(() -> slow.end().isPresent());
        }

        assertThat(slow.end().orElseThrow()).isInstanceOf(Compacted.class);
        var seen = slow.values();
        for (var i = 0; i < seen.size(); i++) {
            assertThat(seen.get(i).modified().value()).isEqualTo(i + 1L);
        }
    }

    @Test
    void aWatchGoesOnAcrossASnapshotThatWasTakenOver() {
        try (var ahead = new KeyBench(directory.resolve("ahead"))) {
            var log = new Log();
            try (var watch = watch(KeyRange.ALL, 0, log)) {
                for (var i = 0; i < 20; i++) {
                    var entry = ahead.entry(KeyBench.put("k" + i % 3, "v" + i, 0));
                    ahead.apply(entry);
                    if (i < 5) {
                        bench.apply(entry);
                    }
                }
                takeOver(ahead);
                awaitReached(watch, log);
                assertThat(log.values())
                        .extracting(each -> each.value().text())
                        .containsExactlyElementsOf(
                                IntStream.range(0, 20).mapToObj(i -> "v" + i).toList());
            }
        }
    }

    @Test
    void aWatchEndsWhenTheSnapshotLacksWhatItNeeds() {
        try (var ahead = new KeyBench(directory.resolve("ahead"))) {
            var log = new Log();
            try (var _ = watch(KeyRange.ALL, 0, log)) {
                for (var i = 0; i < 20; i++) {
                    ahead.put("k", "v" + i);
                }
                ahead.apply(new CompactKeys("root", new Revision(15)));
                takeOver(ahead);
                await().atMost(SOON).until(() -> log.end().isPresent());
            }
            assertThat(log.end().orElseThrow()).isInstanceOf(Compacted.class);
            assertThat(log.values()).isEmpty();
        }
    }

    private void takeOver(KeyBench ahead) {
        var copy = directory.resolve("copy");
        var position = ahead.engine.checkpoint(copy).orElseThrow();
        new FileDigests().write(copy, _ -> {});
        bench.engine.suspend();
        bench.engine.resume(new Snapshot(position, copy));
    }

    @Test
    void whoMayNotReadMayNotWatchAndAWatchEndsWithTheRight() {
        var log = new Log();
        try (var _ = watch(KeyRange.ALL, 0, log)) {
            root(new AddUser("root", "hash"), new GrantRole("root", "root"), new SetEnabled(true));
            await().atMost(SOON).until(() -> log.end().isPresent());
        }

        assertThat(log.end().orElseThrow()).isInstanceOf(NotPermitted.class);
        assertThatThrownBy(() -> watch(KeyRange.ALL, 0, log)).isInstanceOf(NotPermitted.class);
    }

    @Test
    void aWatchThatBeginsLateIsJudgedByTheNewestRights() {
        var late = ClusterImage.EMPTY;
        var rightsGone = image(5, Access.EMPTY.with(true, 1));
        var log = new Log();
        try (var hub = new WatchHub("alone", Runnable::run);
                var watch = hub.watch("root", spec(KeyRange.ALL, 0), late, log)) {
            hub.publish(rightsGone, List.of());
            watch.bookmark();
            await().atMost(SOON).until(() -> log.hasReached(rightsGone.revision()));

            assertThatThrownBy(() -> hub.watch("alice", spec(KeyRange.ALL, 0), late, log))
                    .isInstanceOf(NotPermitted.class);
            assertThat(hub.watches().all()).isEqualTo(1);
        }
    }

    @Test
    void aWatchIsNotEndedByRightsThatWereGivenSince() {
        var notYet = image(5, Access.EMPTY.with(true, 1));
        var present = image(6, Access.EMPTY.with(false, 2));
        var log = new Log();
        try (var hub = new WatchHub("alone", Runnable::run);
                var watch = hub.watch("alice", spec(KeyRange.ALL, 0), present, log)) {
            hub.publish(notYet, List.of());
            watch.bookmark();
            await().atMost(SOON)
                    .until(() -> log.hasReached(present.revision()) || log.end().isPresent());

            assertThat(log.end()).isEmpty();
            assertThat(hub.watches().all()).isEqualTo(1);
        }
    }

    private static ClusterImage image(long revision, Access access) {
        return ClusterImage.EMPTY.withAccess(access).at(new Revision(revision));
    }

    private void root(Command... commands) {
        for (var command : commands) {
            assertThat(bench.applyAs("root", command)).isInstanceOf(Reply.Accepted.class);
        }
    }

    @Test
    void whatWatchesThatAreBehindAreToldAtOnceIsNoMoreThanThereIsRoomFor() {
        var room = new WatchRoom(8 << 20);
        var gate = new CountDownLatch(1);
        var slow = IntStream.range(0, 100).mapToObj(_ -> new Log()).toList();
        var other = new Log();
        try (var hub = new WatchHub("alone", Thread::startVirtualThread, room)) {
            var present = image(5, Access.EMPTY);
            hub.publish(present, List.of());
            for (var log : slow) {
                var _ = hub.watch("alice", spec(KeyRange.ALL, 1), present, behind(gate, log));
            }
            var _ = hub.watch("bob", spec(KeyRange.ALL, 1), present, other);
            // Only now, so that all of them are behind when it is read.
            hub.readFrom((_, _) -> new Past(Revision.ZERO, present.revision(), List.of(large(3))));

            await().atMost(SOON).until(() -> other.changes().size() == 1);
            assertThat(room.held()).isLessThan(6 << 20);

            gate.countDown();
            await().atMost(SOON)
                    .until(() -> slow.stream().allMatch(log -> log.changes().size() == 1));
            await().atMost(SOON).until(() -> room.held() == 0 && hub.watches().behind() == 0);
        }
    }

    @Test
    void whatWatchesInStepAreToldAtOnceIsNoMoreThanThereIsRoomFor() {
        var room = new WatchRoom(8 << 20);
        var gate = new CountDownLatch(1);
        var slow = IntStream.range(0, 20).mapToObj(_ -> new Log()).toList();
        var changes = List.of(large(5), large(5));
        try (var hub = new WatchHub("alone", Thread::startVirtualThread, room)) {
            var present = image(4, Access.EMPTY);
            for (var log : slow) {
                var _ = hub.watch("alice", spec(KeyRange.ALL, 0), present, behind(gate, log));
            }
            hub.publish(image(5, Access.EMPTY), changes);
            await().atMost(SOON).until(() -> hub.watches().behind() == 18);
            assertThat(room.held()).isLessThan(6 << 20);

            hub.readFrom((_, _) -> new Past(Revision.ZERO, new Revision(5), changes));
            gate.countDown();
            await().atMost(SOON)
                    .until(() -> slow.stream().allMatch(log -> log.changes().size() == 2));
            await().atMost(SOON).until(() -> room.held() == 0 && hub.watches().behind() == 0);
        }
    }

    private static Consumer<Notice> behind(CountDownLatch gate, Log log) {
        return notice -> {
            awaitUninterrupted(gate);
            log.accept(notice);
        };
    }

    /// A change of 1 MiB.
    private static KeyChange large(long revision) {
        var at = new Revision(revision);
        var value =
                new KeyValue(
                        Bytes.of("k"), Bytes.wrap(new byte[1 << 20]), at, at, 1, KeyValue.NO_LEASE);
        return new KeyChange(
                value.key(), at, Optional.empty(), Optional.of(new OwnedKey(value, "alice")));
    }

    @Test
    void watchersSeeEveryChangeOnceInOrderWhateverHappens() {
        var seeds = new AtomicInteger();
        Seeds.run(
                6,
                random -> {
                    try (var replica =
                            new KeyBench(directory.resolve("r" + seeds.getAndIncrement()))) {
                        checkRandom(replica, random);
                    }
                });
    }

    private record Running(Watch watch, KeyRange range, Revision from, Log log) {}

    private static void checkRandom(KeyBench replica, RandomGenerator random) {
        var transactions = new RandomTransactions(random);
        var model = new KeyModel();
        var running = new ArrayList<Running>();
        var gate = new CountDownLatch(1);
        for (var step = 0; step < 400; step++) {
            var present = replica.engine.image().revision();
            if (random.nextInt(20) == 0) {
                running.add(begin(replica, transactions, random, gate));
            }
            if (random.nextInt(100) == 0) {
                replica.apply(
                        new CompactKeys("root", new Revision(Math.max(0, present.value() - 100))));
            }
            var transaction = transactions.next(present);
            if (replica.apply(new Transact("alice", transaction)).getFirst()
                    instanceof Reply.Transacted) {
                model.transact("alice", transaction, present);
            }
        }
        gate.countDown();
        for (var each : running) {
            each.watch.bookmark();
            var present = replica.engine.image().revision();
            await().atMost(SOON)
                    .until(() -> each.log.hasReached(present) || each.log.end().isPresent());
            var wanted = model.changes(each.range, new Revision(each.from.value() - 1));
            assertThat(each.log.values()).isSortedAccordingTo(comparing(KeyValue::modified));
            // Within a revision changes are in the order in which they were made.
            var seen =
                    each.log.values().stream()
                            .sorted(comparing(KeyValue::modified).thenComparing(KeyValue::key))
                            .toList();
            assertThat(seen)
                    .describedAs("%s", each)
                    .isEqualTo(
                            each.log.end().isPresent() ? wanted.subList(0, seen.size()) : wanted);
            each.watch.close();
        }
        assertThat(running.stream().filter(each -> each.log.end().isEmpty())).isNotEmpty();
    }

    private static Running begin(
            KeyBench replica,
            RandomTransactions transactions,
            RandomGenerator random,
            CountDownLatch gate) {
        var present = replica.engine.image().revision();
        var from = Math.max(1, present.value() + 1 - random.nextInt(40));
        var range = random.nextBoolean() ? transactions.range() : KeyRange.one(transactions.key());
        var log = new Log();
        var isSlow = random.nextInt(4) == 0;
        var watch =
                replica.keys()
                        .watch(
                                "alice",
                                spec(range, from),
                                notice -> {
                                    if (isSlow) {
                                        awaitUninterrupted(gate);
                                    }
                                    log.accept(notice);
                                });
        return new Running(watch, range, new Revision(from), log);
    }
}
