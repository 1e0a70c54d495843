// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;

/// jetcd, a client of etcd for Java, works against a cluster of krg unchanged.
@ExtendWith(SharedCluster.class)
class JetcdTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final ByteSequence PREFIX = bytes("jetcd/");

    private final Client client;

    JetcdTest(Cluster cluster) {
        this.client =
                Client.builder()
                        .endpoints(
                                cluster.members().stream()
                                        .map(member -> "http://" + member.api())
                                        .toArray(String[]::new))
                        .build();
    }

    @BeforeEach
    @AfterEach
    void clear() {
        get(client.getKVClient().delete(PREFIX, DeleteOption.builder().isPrefix(true).build()));
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void keysAreWrittenAndReadAtRevisions() {
        var keys = client.getKVClient();
        var first = get(keys.put(key("a"), bytes("1"))).getHeader().getRevision();
        get(keys.put(key("a"), bytes("2")));
        get(keys.put(key("b"), bytes("3")));

        assertThat(get(keys.get(PREFIX, GetOption.builder().isPrefix(true).build())).getKvs())
                .extracting(JetcdTest::text)
                .containsExactly("jetcd/a=2", "jetcd/b=3");
        assertThat(
                        get(keys.get(key("a"), GetOption.builder().withRevision(first).build()))
                                .getKvs())
                .extracting(JetcdTest::text)
                .containsExactly("jetcd/a=1");
        assertThat(get(keys.delete(key("a"))).getDeleted()).isEqualTo(1);
        assertThat(get(keys.get(key("a"))).getKvs()).isEmpty();
    }

    @Test
    void aTransactionComparesBeforeItWrites() {
        assertThat(makeIfAbsent().isSucceeded()).isTrue();
        assertThat(makeIfAbsent().isSucceeded()).isFalse();
    }

    private TxnResponse makeIfAbsent() {
        return get(
                client.getKVClient()
                        .txn()
                        .If(new Cmp(key("made"), Cmp.Op.EQUAL, CmpTarget.version(0)))
                        .Then(Op.put(key("made"), bytes("once"), PutOption.DEFAULT))
                        .Else(Op.get(key("made"), GetOption.DEFAULT))
                        .commit());
    }

    @Test
    void aWatchSeesEveryChangeInOrder() {
        var seen = new CopyOnWriteArrayList<String>();
        var start = get(client.getKVClient().put(key("w"), bytes("0"))).getHeader().getRevision();
        var option = WatchOption.builder().isPrefix(true).withRevision(start).build();
        try (var _ =
                client.getWatchClient()
                        .watch(
                                PREFIX,
                                option,
                                Watch.listener(response ->
                                        response.getEvents()
                                                .forEach(each -> seen.add(text(each)))))) {
            get(client.getKVClient().put(key("w"), bytes("1")));
            get(client.getKVClient().delete(key("w")));
            Await.until("the watch to see the end", LIMIT, () -> seen.size() >= 3);
        }

        assertThat(seen).containsExactly("PUT jetcd/w=0", "PUT jetcd/w=1", "DELETE jetcd/w=");
    }

    @Test
    void aWatchOfTheEmptyPrefixSeesEveryKey() {
        var seen = new CopyOnWriteArrayList<String>();
        var listener =
                Watch.listener(
                        response -> response.getEvents().forEach(each -> seen.add(text(each))));
        var everything = WatchOption.builder().isPrefix(true).build();
        try (var _ = client.getWatchClient().watch(ByteSequence.EMPTY, everything, listener)) {
            Await.until(
                    "the watch to see a key",
                    LIMIT,
                    () -> {
                        get(client.getKVClient().put(key("w"), bytes("1")));
                        return seen.contains("PUT jetcd/w=1");
                    });
        }
    }

    @Test
    void aLeaseTakesItsKeysAlong() {
        var leases = client.getLeaseClient();
        var lease = get(leases.grant(60)).getID();
        get(
                client.getKVClient()
                        .put(key("l"), bytes("1"), PutOption.builder().withLeaseId(lease).build()));
        assertThat(get(leases.keepAliveOnce(lease)).getTTL()).isEqualTo(60);
        get(leases.revoke(lease));

        assertThat(get(client.getKVClient().get(key("l"))).getKvs()).isEmpty();
    }

    @Test
    void aLockIsHeldByOneAtATime() {
        var locks = client.getLockClient();
        var mine = get(client.getLeaseClient().grant(60)).getID();
        var other = get(client.getLeaseClient().grant(60)).getID();
        var held = get(locks.lock(key("lock"), mine)).getKey();
        var waiting = locks.lock(key("lock"), other);
        Await.until("the second to wait", LIMIT, () -> count(key("lock/")) == 2);
        assertThat(waiting).isNotDone();
        get(locks.unlock(held));

        get(locks.unlock(get(waiting).getKey()));
        get(client.getLeaseClient().revoke(mine));
        get(client.getLeaseClient().revoke(other));
    }

    @Test
    void theLeaderOfAnElectionIsKnown() {
        var elections = client.getElectionClient();
        var lease = get(client.getLeaseClient().grant(60)).getID();
        var leader = get(elections.campaign(key("vote"), lease, bytes("me"))).getLeader();

        assertThat(get(elections.leader(key("vote"))).getKv().getValue()).isEqualTo(bytes("me"));

        get(elections.resign(leader));
        get(client.getLeaseClient().revoke(lease));
    }

    @Test
    void membersAndTheirStateAreTold() {
        assertThat(get(client.getClusterClient().listMember()).getMembers())
                .extracting(member -> member.getName())
                .containsExactlyInAnyOrder("n1", "n2", "n3");
    }

    @Test
    void usersAndRolesAreKept() {
        var auth = client.getAuthClient();
        var user = bytes("jetcd-ann");
        var role = bytes("jetcd-app");
        get(auth.userAdd(user, bytes("")));
        try {
            get(auth.roleAdd(role));
            get(auth.roleGrantPermission(role, bytes("a"), bytes("b"), Permission.Type.READ));
            get(auth.userGrantRole(user, role));

            assertThat(get(auth.userGet(user)).getRoles()).containsExactly("jetcd-app");
            assertThat(get(auth.roleGet(role)).getPermissions())
                    .singleElement()
                    .satisfies(granted -> {
                        assertThat(granted.getPermType()).isEqualTo(Permission.Type.READ);
                        assertThat(granted.getKey()).isEqualTo(bytes("a"));
                        assertThat(granted.getRangeEnd()).isEqualTo(bytes("b"));
                    });
            assertThatThrownBy(() -> get(auth.userAdd(user, bytes(""))))
                    .hasMessageContaining("etcdserver: user name already exists");
        } finally {
            get(auth.userDelete(user));
            get(auth.roleDelete(role));
        }
        assertThat(get(auth.userList()).getUsers()).doesNotContain("jetcd-ann");
    }

    @Test
    void aReadOfTheFutureIsRefusedAsEtcdDoes() {
        var future = GetOption.builder().withRevision(999_999_999).build();

        assertThatThrownBy(() -> get(client.getKVClient().get(key("a"), future)))
                .hasMessageContaining("required revision is a future revision");
    }

    private long count(ByteSequence prefix) {
        return get(client.getKVClient()
                        .get(
                                prefix,
                                GetOption.builder().isPrefix(true).withCountOnly(true).build()))
                .getCount();
    }

    private static <T> T get(CompletableFuture<T> answer) {
        return answer.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static ByteSequence key(String name) {
        return PREFIX.concat(bytes(name));
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private static String text(KeyValue pair) {
        return pair.getKey() + "=" + pair.getValue();
    }

    private static String text(WatchEvent event) {
        return event.getEventType() + " " + text(event.getKeyValue());
    }
}
