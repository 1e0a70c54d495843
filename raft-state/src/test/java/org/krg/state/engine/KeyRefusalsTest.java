// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace.FutureRevision;
import org.krg.state.KeySpace.NotPermitted;
import org.krg.state.command.AccessCommand.AddRole;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.GrantPermission;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.command.Command;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.KeepVersions;
import org.krg.state.command.KeyCommand.LimitKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.RangeRead;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Refused;
import org.krg.state.command.Reply.Transacted;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyLimit;
import org.krg.state.model.key.KeyRange;

/// What is refused, and that it changes nothing.
final class KeyRefusalsTest {
    private static final Bytes KEY = Bytes.of("k");
    private static final LeaseId NONE = new LeaseId(0);
    private static final KeyRequest.Put PUT = KeyRequest.Put.of(KEY, Bytes.of("v"), NONE);

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

    private void refuse(Refusal refusal, Command command) {
        var before = bench.keys().size();
        var revision = bench.engine.image().revision();
        assertThat(bench.apply(command).getFirst())
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.refusal()).as(refused.detail()).isEqualTo(refusal);
                            assertThat(refused.revision()).isEqualTo(revision);
                        });
        assertThat(bench.keys().size()).isEqualTo(before);
        assertThat(bench.engine.image().revision()).isEqualTo(revision);
    }

    private void refuse(Refusal refusal, KeyRequest... requests) {
        refuse(refusal, transact(requests));
    }

    private static Transact transact(KeyRequest... requests) {
        return by("alice", requests);
    }

    private static Transact by(String principal, KeyRequest... requests) {
        return new Transact(principal, new KeyTransaction(List.of(), List.of(requests), List.of()));
    }

    private void accept(KeyRequest... requests) {
        accept(transact(requests));
    }

    private void accept(Transact command) {
        assertThat(bench.apply(command).getFirst()).isInstanceOf(Transacted.class);
    }

    private static KeyRequest nested(KeyRequest then, KeyRequest otherwise) {
        return new KeyRequest.Nested(
                new KeyTransaction(List.of(), List.of(then), List.of(otherwise)));
    }

    private static KeyRequest read(long at) {
        return new KeyRequest.Read(
                new RangeRead(
                        KeyRange.ALL,
                        new Revision(at),
                        0,
                        RangeRead.Order.KEYS,
                        RangeRead.Bounds.NONE,
                        RangeRead.Shows.ALL));
    }

    @Test
    void aKeyHasBytes() {
        var none = KeyRange.one(Bytes.EMPTY);
        refuse(Refusal.KEY_EMPTY, KeyRequest.Put.of(Bytes.EMPTY, Bytes.EMPTY, NONE));
        refuse(Refusal.KEY_EMPTY, new KeyRequest.Delete(none, false));
        refuse(Refusal.KEY_EMPTY, new KeyRequest.Read(RangeRead.of(none)));
        refuse(
                Refusal.KEY_EMPTY,
                new Transact(
                        "alice",
                        new KeyTransaction(
                                List.of(
                                        new KeyComparison(
                                                none,
                                                KeyComparison.Relation.EQUAL,
                                                new KeyComparison.Operand.Version(0))),
                                List.of(),
                                List.of())));
    }

    @Test
    void aTransactionWritesAKeyOnce() {
        var all = new KeyRequest.Delete(KeyRange.ALL, false);
        refuse(Refusal.DUPLICATE_KEY, PUT, PUT);
        refuse(Refusal.DUPLICATE_KEY, PUT, all);
        refuse(Refusal.DUPLICATE_KEY, all, PUT);
        refuse(Refusal.DUPLICATE_KEY, PUT, nested(read(0), PUT));
        refuse(Refusal.DUPLICATE_KEY, nested(PUT, PUT), nested(all, read(0)));

        accept(nested(PUT, PUT));
        accept(nested(PUT, all));
        accept(all, all);
    }

    @Test
    void whatIsKeptMustBeThereAndNotBeGiven() {
        refuse(
                Refusal.KEY_NOT_FOUND,
                new KeyRequest.Put(KEY, Bytes.EMPTY, NONE, false, true, false));
        refuse(
                Refusal.KEY_NOT_FOUND,
                new KeyRequest.Put(KEY, Bytes.EMPTY, NONE, false, false, true));
        refuse(Refusal.VALUE_PROVIDED, new KeyRequest.Put(KEY, KEY, NONE, false, true, false));
        refuse(
                Refusal.LEASE_PROVIDED,
                new KeyRequest.Put(KEY, KEY, new LeaseId(1), false, false, true));
        refuse(Refusal.LEASE_NOT_FOUND, KeyRequest.Put.of(KEY, KEY, new LeaseId(1)));
    }

    @Test
    void aTransactionThatIsRefusedHalfWayChangesNothing() {
        refuse(
                Refusal.LEASE_NOT_FOUND,
                PUT,
                KeyRequest.Put.of(Bytes.of("other"), KEY, new LeaseId(77)));
    }

    @Test
    void aTransactionHasABoundedNumberOfParts() {
        var reads = Collections.nCopies(129, read(0)).toArray(KeyRequest[]::new);
        refuse(Refusal.TOO_MANY_OPERATIONS, reads);
        var deep = KeyTransaction.of(read(0));
        for (var level = 0; level < 40; level++) {
            deep = KeyTransaction.of(new KeyRequest.Nested(deep));
        }
        refuse(Refusal.TOO_MANY_OPERATIONS, new Transact("alice", deep));
        var some =
                new KeyRequest.Nested(
                        new KeyTransaction(List.of(), Collections.nCopies(64, read(0)), List.of()));
        accept(Collections.nCopies(63, some).toArray(KeyRequest[]::new));
        refuse(
                Refusal.TOO_MANY_OPERATIONS,
                Collections.nCopies(64, some).toArray(KeyRequest[]::new));
    }

    @Test
    void onlyRevisionsThatAreThereAreRead() throws Exception {
        for (var i = 0; i < 9; i++) {
            bench.put("k", "v" + i);
        }
        bench.apply(new CompactKeys("root", new Revision(5)));

        refuse(Refusal.FUTURE_REVISION, read(10));
        refuse(Refusal.COMPACTED, read(4));
        refuse(Refusal.FUTURE_REVISION, new CompactKeys("root", new Revision(10)));
        refuse(Refusal.COMPACTED, new CompactKeys("root", new Revision(5)));
        accept(read(5));
        assertThatThrownBy(() -> range(4)).hasCauseInstanceOf(Compacted.class);
        assertThatThrownBy(() -> range(10)).hasCauseInstanceOf(FutureRevision.class);
        assertThat(range(5)).isEqualTo(Bytes.of("v4"));
    }

    private Bytes range(long at) throws ExecutionException, InterruptedException {
        var read = ((KeyRequest.Read) read(at)).read();
        return bench.keys().range("alice", read, false).get().found().keys().getFirst().value();
    }

    @Test
    void nobodyHoldsMoreThanTheirLimit() {
        bench.apply(
                new LimitKeys("root", Optional.of("alice"), Optional.of(new KeyLimit(2, 10, 0))));
        bench.put("a", "1");
        bench.put("b", "1");

        refuse(Refusal.LIMIT, KeyBench.put("c", "1", 0));
        refuse(Refusal.LIMIT, KeyBench.put("a", "123456789", 0));
        bench.put("a", "22");
        bench.apply(new LimitKeys("root", Optional.of("alice"), Optional.empty()));
        bench.apply(new LimitKeys("root", Optional.empty(), Optional.of(new KeyLimit(3, 100, 0))));
        bench.put("c", "1");
        refuse(Refusal.LIMIT, KeyBench.put("d", "1", 0));
        accept(new KeyRequest.Delete(KeyRange.ALL, false));
        accept(PUT);
    }

    @Test
    void nobodyHoldsMoreLeasesThanTheirLimit() {
        var grant = new GrantLease("alice", Duration.ofMinutes(1));
        bench.apply(
                new LimitKeys("root", Optional.of("alice"), Optional.of(new KeyLimit(9, 9, 2))));
        var first = ((Reply.Accepted) bench.apply(grant).getFirst()).created();
        bench.apply(grant);

        refuse(Refusal.LIMIT, grant);
        assertThat(bench.apply(new GrantLease("bob", Duration.ofMinutes(1))).getFirst())
                .isInstanceOf(Reply.Accepted.class);
        bench.close();
        bench = new KeyBench(directory);
        refuse(Refusal.LIMIT, grant);
        bench.apply(new RevokeLease(new LeaseId(first)));
        assertThat(bench.apply(grant).getFirst()).isInstanceOf(Reply.Accepted.class);
        refuse(Refusal.LIMIT, grant);
        bench.apply(new LimitKeys("root", Optional.of("alice"), Optional.empty()));
        assertThat(bench.apply(grant).getFirst()).isInstanceOf(Reply.Accepted.class);
    }

    @Test
    void nobodyUsesKeysThatTheirRolesDoNotAllow() {
        var ops = KeyRange.prefix(Bytes.of("/ops/"));
        for (var command :
                List.of(
                        new AddUser("root", "hash"),
                        new GrantRole("root", "root"),
                        new AddUser("alice", "hash"),
                        new AddRole("ops"),
                        new GrantPermission("ops", new KeyGrant(ops, KeyGrant.Mode.WRITE)),
                        new GrantRole("alice", "ops"),
                        new SetEnabled(true))) {
            assertThat(bench.applyAs("root", command)).isInstanceOf(Reply.Accepted.class);
        }
        var mine = KeyRequest.Put.of(Bytes.of("/ops/x"), KEY, NONE);
        accept(mine);

        refuse(Refusal.NOT_PERMITTED, PUT);
        refuse(Refusal.NOT_PERMITTED, mine, read(0));
        refuse(
                Refusal.NOT_PERMITTED,
                new KeyRequest.Put(mine.key(), KEY, NONE, true, false, false));
        refuse(Refusal.NOT_PERMITTED, new KeyRequest.Delete(ops, true));
        refuse(Refusal.NOT_PERMITTED, nested(mine, PUT));
        refuse(
                Refusal.NOT_PERMITTED,
                new Transact(
                        "alice",
                        new KeyTransaction(
                                List.of(
                                        new KeyComparison(
                                                ops,
                                                KeyComparison.Relation.GREATER,
                                                new KeyComparison.Operand.Version(0))),
                                List.of(mine),
                                List.of())));
        for (KeyCommand command :
                List.of(
                        new CompactKeys("alice", new Revision(1)),
                        new LimitKeys("alice", Optional.empty(), Optional.empty()),
                        new KeepVersions("alice", 5))) {
            refuse(Refusal.NOT_PERMITTED, command);
        }
        assertThatThrownBy(() -> range(0)).hasCauseInstanceOf(NotPermitted.class);
        // Somebody else's name is of no use to a user.
        assertThat(bench.applyAs("eve", transact(mine)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_PERMITTED));
        accept(new KeyRequest.Delete(ops, false));
    }

    @Test
    void aLeaseIsNotGivenBackWhereItsKeysMayNotBeDeleted() {
        var ops = KeyRange.prefix(Bytes.of("/ops/"));
        for (var command :
                List.<Command>of(
                        new AddUser("root", ""),
                        new GrantRole("root", "root"),
                        new AddUser("alice", ""),
                        new AddRole("ops"),
                        new GrantPermission("ops", new KeyGrant(ops, KeyGrant.Mode.WRITE)),
                        new GrantRole("alice", "ops"),
                        new SetEnabled(true))) {
            assertThat(bench.applyAs("root", command)).isInstanceOf(Reply.Accepted.class);
        }
        var lease = new LeaseId(9);
        bench.applyAs("alice", new GrantLease(lease, "alice", Duration.ofSeconds(5)));
        accept(KeyRequest.Put.of(Bytes.of("/ops/x"), KEY, lease));
        var others = KeyTransaction.of(KeyRequest.Put.of(KEY, KEY, lease));
        bench.applyAs("root", new Transact("root", others));

        assertThat(bench.applyAs("alice", new RevokeLease(lease)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_PERMITTED));
        assertThat(bench.keys().keysOf(lease).join()).hasSize(2);

        var theirs = KeyTransaction.of(new KeyRequest.Delete(KeyRange.one(KEY), false));
        bench.applyAs("root", new Transact("root", theirs));
        assertThat(bench.applyAs("alice", new RevokeLease(lease)))
                .isInstanceOf(Reply.Accepted.class);
        assertThat(bench.keys().size().keys()).isZero();
    }

    @Test
    void aKeyIsPutOnlyWithALeaseOfOnesOwn() {
        var ops = KeyRange.prefix(Bytes.of("/ops/"));
        for (var command :
                List.<Command>of(
                        new AddUser("root", ""),
                        new GrantRole("root", "root"),
                        new AddUser("alice", ""),
                        new AddUser("bob", ""),
                        new AddRole("ops"),
                        new GrantPermission("ops", new KeyGrant(ops, KeyGrant.Mode.WRITE)),
                        new GrantRole("alice", "ops"),
                        new GrantRole("bob", "ops"),
                        new SetEnabled(true))) {
            assertThat(bench.applyAs("root", command)).isInstanceOf(Reply.Accepted.class);
        }
        var lease = new LeaseId(9);
        bench.applyAs("alice", new GrantLease(lease, "alice", Duration.ofSeconds(5)));
        var hers = KeyRequest.Put.of(Bytes.of("/ops/hers"), KEY, lease);
        accept(hers);

        var his = KeyRequest.Put.of(Bytes.of("/ops/his"), KEY, lease);
        refuse(Refusal.NOT_PERMITTED, by("bob", his));
        // What has the lease may keep it, whoever writes.
        accept(by("bob", hers));
        accept(by("bob", new KeyRequest.Put(hers.key(), KEY, NONE, false, false, true)));
        accept(by("bob", KeyRequest.Put.of(hers.key(), KEY, NONE)));
        refuse(Refusal.NOT_PERMITTED, by("bob", hers));
        accept(hers);
        assertThat(bench.keys().keysOf(lease).join()).containsExactly(hers.key());

        accept(by("root", KeyRequest.Put.of(KEY, KEY, lease)));
        accept(by("root", new KeyRequest.Delete(KeyRange.one(KEY), false)));
        bench.applyAs("root", new SetEnabled(false));
        accept(by("bob", his));
        bench.applyAs("root", new SetEnabled(true));
        assertThat(bench.applyAs("alice", new RevokeLease(lease)))
                .isInstanceOf(Reply.Accepted.class);
        assertThat(bench.keys().size().keys()).isZero();
    }

    @Test
    void aLeaseHoldsABoundedNumberOfBytes() {
        bench.apply(new GrantLease(new LeaseId(9), "cron", Duration.ofSeconds(5)));
        var large = Bytes.wrap(new byte[1 << 20]);
        for (var i = 0; i < 63; i++) {
            accept(KeyRequest.Put.of(Bytes.of("k" + i), large, new LeaseId(9)));
        }

        refuse(
                Refusal.LIMIT,
                KeyRequest.Put.of(Bytes.of("more"), Bytes.wrap(new byte[2 << 20]), new LeaseId(9)));
    }

    @Test
    void aTransactionAnswersABoundedNumberOfBytes() {
        var large = Bytes.wrap(new byte[1 << 20]);
        for (var i = 0; i < 5; i++) {
            accept(KeyRequest.Put.of(Bytes.of("k" + i), large, NONE));
        }

        refuse(Refusal.TOO_LARGE, read(0));
        refuse(Refusal.TOO_LARGE, new KeyRequest.Delete(KeyRange.ALL, true));
        accept(new KeyRequest.Delete(KeyRange.ALL, false));
    }
}
