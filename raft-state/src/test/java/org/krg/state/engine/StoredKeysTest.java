// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.codec.KeyRowCodec;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.Command;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.KeepVersions;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.RangeRead;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.command.Reply.Refused;
import org.krg.state.command.Reply.Transacted;
import org.krg.state.core.Keys;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyAccount;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;
import org.krg.testkit.KeyModel;
import org.krg.testkit.RandomTransactions;
import org.krg.testkit.Seeds;

/// The rules, the rows and the entry that is not stored yet, against the plainest model.
final class StoredKeysTest {
    private static final List<String> USERS = List.of("alice", "bob");

    @TempDir Path directory;

    @Test
    void whateverIsAskedTheKeysAreWhatTheModelSays() {
        var seeds = new AtomicInteger();
        Seeds.run(
                8,
                random -> {
                    var seed = seeds.getAndIncrement();
                    try (var one = new KeyBench(directory.resolve("one" + seed));
                            var other = new KeyBench(directory.resolve("other" + seed))) {
                        var model = new KeyModel();
                        var compacted = Revision.ZERO;
                        for (var step = 0; step < 150; step++) {
                            var entry = entry(one, random);
                            var before = one.engine.image().revision();
                            var replies = one.apply(entry);
                            assertThat(other.apply(entry)).isEqualTo(replies);
                            compacted = follow(model, entry, before, replies, compacted);
                            check(one, model, random);
                        }
                        assertThat(other.engine.hash()).isEqualTo(one.engine.hash());
                        assertThat(one.ends()).isEmpty();
                        checkAfterRestart(one, model, random);
                    }
                });
    }

    /// As etcd has it.
    @Test
    void comparisonsSeeNothingOfTheirTransaction() {
        var a = KeyRange.one(Bytes.of("a"));
        var isAbsent =
                new KeyComparison(
                        a, KeyComparison.Relation.EQUAL, new KeyComparison.Operand.Version(0));
        var putA = KeyRequest.Put.of(a.start(), Bytes.of("1"), KeyValue.NO_LEASE);
        var putB = KeyRequest.Put.of(Bytes.of("b"), Bytes.of("2"), KeyValue.NO_LEASE);
        var inner =
                new KeyRequest.Nested(
                        new KeyTransaction(
                                List.of(isAbsent),
                                List.of(putB, new KeyRequest.Read(RangeRead.of(a))),
                                List.of()));
        try (var bench = new KeyBench(directory)) {
            var transaction = new KeyTransaction(List.of(), List.of(putA, inner), List.of());
            var done = (Transacted) bench.apply(new Transact("alice", transaction)).getFirst();

            var nested = (KeyResult.Nested) done.results().getLast();
            assertThat(nested.succeeded()).isTrue();
            assertThat(((KeyResult.Found) nested.results().getLast()).count()).isOne();
            assertThat(bench.keys().size().keys()).isEqualTo(2);
        }
    }

    private static byte[] entry(KeyBench bench, RandomGenerator random) {
        var transactions = new RandomTransactions(random);
        var present = bench.engine.image().revision();
        var commands = new ArrayList<Command>();
        for (var i = random.nextInt(5); i >= 0; i--) {
            var lease = new LeaseId(1 + random.nextInt(3));
            commands.add(
                    switch (random.nextInt(16)) {
                        case 0 -> new GrantLease(lease, "cron", Duration.ofSeconds(10));
                        case 1 -> new RevokeLease(lease);
                        case 2 ->
                                new CompactKeys(
                                        "root",
                                        new Revision(
                                                Math.max(0, present.value() - random.nextInt(20))));
                        // Some read what an earlier one of the same entry made.
                        default ->
                                new Transact(
                                        USERS.get(random.nextInt(2)),
                                        transactions.next(
                                                new Revision(present.value() + commands.size())));
                    });
        }
        return bench.entry(commands.toArray(Command[]::new));
    }

    /// Does what was done to the model, and checks the replies; returns what is compacted.
    private static Revision follow(
            KeyModel model,
            byte[] entry,
            Revision before,
            List<Reply> replies,
            Revision compacted) {
        var operations = OperationCodec.decodeBatch(entry).operations();
        var revision = before;
        var reached = compacted;
        for (var i = 0; i < operations.size(); i++) {
            var command = operations.get(i).command();
            switch (replies.get(i)) {
                case Reply.Synchronised other ->
                        throw new AssertionError("no thread asks for anything: " + other);
                case Refused refused -> assertThat(refused.revision()).isEqualTo(revision);
                case Accepted(var at, _) -> {
                    if (command instanceof RevokeLease(var lease)) {
                        model.end(lease, at);
                    } else if (command instanceof CompactKeys(_, var upTo)) {
                        assertThat(upTo).isGreaterThan(reached);
                        reached = upTo;
                    }
                    revision = at;
                }
                case Transacted(var at, _, var results) -> {
                    var transact = (Transact) command;
                    var was = new TreeMap<>(model.now());
                    assertThat(
                                    model.transact(
                                            transact.principal(), transact.transaction(), revision))
                            .isEqualTo(results);
                    assertThat(at).isEqualTo(was.equals(model.now()) ? revision : revision.next());
                    revision = at;
                }
            }
        }
        return reached;
    }

    private static void check(KeyBench bench, KeyModel model, RandomGenerator random) {
        var transactions = new RandomTransactions(random);
        bench.engine.reading(view -> {
            var now = StoredState.readKeys(view);
            var keys = new StoredKeys(view, now.state());
            assertThat(scan(keys, KeyRange.ALL)).isEqualTo(List.copyOf(model.now().values()));
            var oldest = now.state().compacted().value();
            var past = new Revision(oldest + random.nextLong(now.revision().value() - oldest + 1));
            var range = transactions.range();
            if (past.value() > 0) {
                assertThat(scan(keys.at(past), range))
                        .describedAs("at %s", past)
                        .isEqualTo(
                                model.at(past).values().stream()
                                        .filter(each -> range.contains(each.key()))
                                        .toList());
                var key = transactions.key();
                assertThat(keys.at(past).find(key).orElse(null)).isEqualTo(model.at(past).get(key));
            }
            assertThat(keys.count(range)).isEqualTo(scan(keys, range).size());
            for (var number = 1; number <= 3; number++) {
                var lease = new LeaseId(number);
                var held =
                        model.now().values().stream()
                                .filter(each -> each.value().lease().equals(lease))
                                .toList();
                assertThat(keys.keysOf(lease)).isEqualTo(held.stream().map(OwnedKey::key).toList());
                assertThat(keys.hold(lease).keys()).isEqualTo(held.size());
                assertThat(keys.hold(lease).bytes())
                        .isEqualTo(held.stream().mapToLong(OwnedKey::bytes).sum());
            }
            return true;
        });
        checkCounters(bench, model);
    }

    private static void checkCounters(KeyBench bench, KeyModel model) {
        var state = bench.engine.keyState();
        assertThat(state.keys()).isEqualTo(model.now().size());
        assertThat(state.bytes())
                .isEqualTo(model.now().values().stream().mapToLong(OwnedKey::bytes).sum());
        for (var user : USERS) {
            var own = model.now().values().stream().filter(it -> it.owner().equals(user)).toList();
            var account = state.accounts().find(user).orElse(KeyAccount.EMPTY);
            assertThat(account.keys()).isEqualTo(own.size());
            assertThat(account.bytes()).isEqualTo(own.stream().mapToLong(OwnedKey::bytes).sum());
        }
    }

    private static void checkAfterRestart(KeyBench bench, KeyModel model, RandomGenerator random) {
        var hash = bench.engine.hash();
        var state = bench.engine.keyState();
        bench.close();
        try (var again = new KeyBench(bench.directory())) {
            assertThat(again.engine.hash()).isEqualTo(hash);
            assertThat(again.engine.keyState()).isEqualTo(state);
            check(again, model, random);
        }
    }

    @Test
    void whatIsCompactedIsSweptInTheBackgroundAndNothingElse() {
        try (var bench = new KeyBench(directory.resolve("a"))) {
            for (var i = 0; i < 3_000; i++) {
                bench.put("key" + i % 10, "value" + i);
            }
            bench.apply(new CompactKeys("root", new Revision(2_500)));
            for (var i = 0; i < 12; i++) {
                bench.apply();
            }

            assertThat(rows(bench, Family.KEYS)).isEqualTo(10);
            assertThat(rows(bench, Family.KEY_VERSIONS)).isEqualTo(500);
            assertThat(rows(bench, Family.KEY_CHANGES)).isEqualTo(501);
            assertThat(bench.keys().size().compacted()).isEqualTo(new Revision(2_500));
        }
    }

    @Test
    void oldVersionsGoByThemselvesWhenSomeRevisionsAreKept() {
        try (var bench = new KeyBench(directory.resolve("a"))) {
            bench.apply(new KeepVersions("root", 160));
            for (var i = 0; i < 1_000; i++) {
                bench.put("key", "value" + i);
            }

            assertThat(rows(bench, Family.KEY_VERSIONS)).isBetween(159L, 171L);
            assertThat(bench.keys().size().compacted())
                    .isBetween(new Revision(830), new Revision(841));
        }
    }

    @Test
    void aBusyKeySpaceLeavesTheEventsOfTheClusterAlone() {
        try (var bench = new KeyBench(directory.resolve("a"))) {
            bench.apply(new GrantLease("cron", Duration.ofSeconds(10)));
            for (var i = 0; i < 500; i++) {
                bench.put("key", "value" + i);
            }

            assertThat(bench.engine.eventsAfter(Revision.ZERO, 10)).hasSize(1);
        }
    }

    private static long rows(KeyBench bench, Family family) {
        return bench.engine.reading(view -> view.count(family, RowKey.FIRST, new byte[0]));
    }

    private static List<OwnedKey> scan(Keys keys, KeyRange range) {
        var found = new ArrayList<OwnedKey>();
        keys.scan(range, found::add);
        return found;
    }

    @Test
    void rowKeysOfOldVersionsAreOrderedLikeTheKeys() {
        Seeds.run(
                500,
                random -> {
                    var transactions = new RandomTransactions(random);
                    var one = transactions.key();
                    var other = transactions.key();
                    var rowOrder =
                            Bytes.wrap(KeyRowCodec.versionKey(one, new Revision(5)))
                                    .compareTo(
                                            Bytes.wrap(
                                                    KeyRowCodec.versionKey(
                                                            other, new Revision(9))));
                    var order = one.equals(other) ? 1 : one.compareTo(other);
                    assertThat(Integer.signum(rowOrder)).isEqualTo(Integer.signum(order));
                });
    }
}
