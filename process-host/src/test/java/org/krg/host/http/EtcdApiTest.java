// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricFilter;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import com.ibm.etcd.api.CompactionRequest;
import com.ibm.etcd.api.CompactionResponse;
import com.ibm.etcd.api.Compare;
import com.ibm.etcd.api.DeleteRangeRequest;
import com.ibm.etcd.api.DeleteRangeResponse;
import com.ibm.etcd.api.Event;
import com.ibm.etcd.api.HashKVRequest;
import com.ibm.etcd.api.HashKVResponse;
import com.ibm.etcd.api.KeyValue;
import com.ibm.etcd.api.LeaseGrantRequest;
import com.ibm.etcd.api.LeaseGrantResponse;
import com.ibm.etcd.api.LeaseKeepAliveRequest;
import com.ibm.etcd.api.LeaseKeepAliveResponse;
import com.ibm.etcd.api.LeaseLeasesRequest;
import com.ibm.etcd.api.LeaseLeasesResponse;
import com.ibm.etcd.api.LeaseRevokeRequest;
import com.ibm.etcd.api.LeaseRevokeResponse;
import com.ibm.etcd.api.LeaseStatus;
import com.ibm.etcd.api.LeaseTimeToLiveRequest;
import com.ibm.etcd.api.LeaseTimeToLiveResponse;
import com.ibm.etcd.api.LockRequest;
import com.ibm.etcd.api.LockResponse;
import com.ibm.etcd.api.MemberListRequest;
import com.ibm.etcd.api.MemberListResponse;
import com.ibm.etcd.api.PutRequest;
import com.ibm.etcd.api.PutResponse;
import com.ibm.etcd.api.RangeRequest;
import com.ibm.etcd.api.RangeResponse;
import com.ibm.etcd.api.RequestOp;
import com.ibm.etcd.api.SnapshotRequest;
import com.ibm.etcd.api.SnapshotResponse;
import com.ibm.etcd.api.StatusRequest;
import com.ibm.etcd.api.StatusResponse;
import com.ibm.etcd.api.TxnRequest;
import com.ibm.etcd.api.TxnResponse;
import com.ibm.etcd.api.UnlockRequest;
import com.ibm.etcd.api.UnlockResponse;
import com.ibm.etcd.api.WatchCancelRequest;
import com.ibm.etcd.api.WatchCreateRequest;
import com.ibm.etcd.api.WatchCreateRequest.FilterType;
import com.ibm.etcd.api.WatchProgressRequest;
import com.ibm.etcd.api.WatchRequest;
import com.ibm.etcd.api.WatchResponse;
import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.CampaignResponse;
import io.etcd.jetcd.api.LeaderRequest;
import io.etcd.jetcd.api.LeaderResponse;
import io.etcd.jetcd.api.ProclaimRequest;
import io.etcd.jetcd.api.ProclaimResponse;
import io.etcd.jetcd.api.ResignRequest;
import io.etcd.jetcd.api.ResignResponse;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.host.http.GrpcClient.Refused;

/// The services of etcd over a real server and a real store, called as clients of etcd call them.
@ExtendWith(SharedApi.class)
final class EtcdApiTest {
    private static final int INVALID_ARGUMENT = 3;
    private static final int NOT_FOUND = 5;
    private static final int OUT_OF_RANGE = 11;
    private static final int UNIMPLEMENTED = 12;

    private final ApiFixture api;
    private final GrpcClient client;

    EtcdApiTest(ApiFixture api) {
        this.api = api;
        client = new GrpcClient(api.address());
    }

    @Test
    void aCallForASnapshotMakesOneBackup() {
        var ask = SnapshotRequest.getDefaultInstance();
        try (var call =
                client.open("etcdserverpb.Maintenance/Snapshot", SnapshotResponse.parser())) {
            call.send(ask, ask);

            assertThatThrownBy(call::next).hasMessageContaining("is one message");
        }
    }

    @Test
    void aKeyIsWrittenReadAndDeleted() {
        var first = put("kv/a", "1", 0);
        var second = put("kv/a", "2", 0);
        assertThat(second.getPrevKv().getValue()).isEqualTo(bytes("1"));
        assertThat(second.getHeader().getRevision()).isEqualTo(first.getHeader().getRevision() + 1);
        assertThat(second.getHeader().getClusterId()).isNotZero();
        assertThat(second.getHeader().getMemberId()).isNotZero();
        assertThat(second.getHeader().getRaftTerm()).isPositive();

        var found = range(RangeRequest.newBuilder().setKey(bytes("kv/a")));
        assertThat(found.getKvs(0).getValue()).isEqualTo(bytes("2"));
        assertThat(found.getKvs(0).getVersion()).isEqualTo(2);
        var old =
                range(
                        RangeRequest.newBuilder()
                                .setKey(bytes("kv/a"))
                                .setRevision(first.getHeader().getRevision()));
        assertThat(old.getKvs(0).getValue()).isEqualTo(bytes("1"));

        var deleted =
                client.call(
                        "etcdserverpb.KV/DeleteRange",
                        DeleteRangeRequest.newBuilder()
                                .setKey(bytes("kv/"))
                                .setRangeEnd(bytes("kv0"))
                                .setPrevKv(true)
                                .build(),
                        DeleteRangeResponse.parser());
        assertThat(deleted.getDeleted()).isEqualTo(1);
        assertThat(deleted.getPrevKvs(0).getValue()).isEqualTo(bytes("2"));
        assertThat(range(RangeRequest.newBuilder().setKey(bytes("kv/a"))).getCount()).isZero();
    }

    @Test
    void aTransactionComparesAndThenReadsAndWrites() {
        var absent =
                Compare.newBuilder()
                        .setKey(bytes("txn/a"))
                        .setTarget(Compare.CompareTarget.CREATE)
                        .setResult(Compare.CompareResult.EQUAL);
        var put = PutRequest.newBuilder().setKey(bytes("txn/a")).setValue(bytes("x"));
        var request =
                TxnRequest.newBuilder()
                        .addCompare(absent)
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                        .addFailure(
                                RequestOp.newBuilder()
                                        .setRequestRange(
                                                RangeRequest.newBuilder().setKey(bytes("txn/a"))))
                        .build();
        assertThat(txn(request).getSucceeded()).isTrue();
        var again = txn(request);
        assertThat(again.getSucceeded()).isFalse();
        assertThat(again.getResponses(0).getResponseRange().getKvs(0).getValue())
                .isEqualTo(bytes("x"));

        var twice =
                TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                        .build();
        refused(
                () -> txn(twice),
                INVALID_ARGUMENT,
                "etcdserver: duplicate key given in txn request");
    }

    @Test
    void whatANestedTransactionComparesIsAsItWasBefore() {
        var absent =
                Compare.newBuilder()
                        .setKey(bytes("nested/a"))
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setResult(Compare.CompareResult.EQUAL);
        var inner =
                TxnRequest.newBuilder()
                        .addCompare(absent)
                        .addSuccess(RequestOp.newBuilder().setRequestPut(putOf("nested/b")));

        var done =
                txn(
                        TxnRequest.newBuilder()
                                .addSuccess(RequestOp.newBuilder().setRequestPut(putOf("nested/a")))
                                .addSuccess(RequestOp.newBuilder().setRequestTxn(inner))
                                .build());

        assertThat(done.getResponses(1).getResponseTxn().getSucceeded()).isTrue();
        assertThat(range(RangeRequest.newBuilder().setKey(bytes("nested/b"))).getCount()).isOne();
    }

    private static PutRequest.Builder putOf(String key) {
        return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes("1"));
    }

    @Test
    void mistakesAreToldInTheWordsOfEtcd() {
        refused(
                () -> range(RangeRequest.newBuilder()),
                INVALID_ARGUMENT,
                "etcdserver: key is not provided");
        refused(() -> put("", "1", 0), INVALID_ARGUMENT, "etcdserver: key is not provided");
        refused(
                () -> put("kv/leased", "1", 4711),
                NOT_FOUND,
                "etcdserver: requested lease not found");
        refused(
                () ->
                        range(
                                RangeRequest.newBuilder()
                                        .setKey(bytes("a"))
                                        .setRevision(Long.MAX_VALUE)),
                OUT_OF_RANGE,
                "etcdserver: mvcc: required revision is a future revision");
        refused(
                () ->
                        client.call(
                                "etcdserverpb.KV/Put",
                                PutRequest.newBuilder()
                                        .setKey(bytes("kv/none"))
                                        .setIgnoreValue(true)
                                        .build(),
                                PutResponse.parser()),
                INVALID_ARGUMENT,
                "etcdserver: key not found");
        refused(
                () ->
                        client.call(
                                "etcdserverpb.Cluster/MemberAdd",
                                MemberListRequest.getDefaultInstance(),
                                MemberListResponse.parser()),
                UNIMPLEMENTED,
                "krg-admin cluster join");
        refused(
                () ->
                        client.call(
                                "etcdserverpb.KV/Nothing",
                                PutRequest.getDefaultInstance(),
                                PutResponse.parser()),
                UNIMPLEMENTED,
                "etcdserverpb.KV/Nothing");
    }

    @Test
    void oneStreamHasManyWatchesEachInOrder() {
        var before = put("watch/a", "0", 0).getHeader().getRevision();
        try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
            stream.send(watch("watch/a", create -> create.setPrevKv(true)));
            var created = stream.next().orElseThrow();
            assertThat(created.getCreated()).isTrue();
            assertThat(created.getWatchId()).isZero();
            stream.send(
                    watch(
                            "watch/",
                            create ->
                                    create.setRangeEnd(bytes("watch0"))
                                            .setStartRevision(before)
                                            .addFilters(FilterType.NODELETE)));
            assertThat(stream.next().orElseThrow().getWatchId()).isEqualTo(1);
            assertThat(stream.next().orElseThrow().getEvents(0).getKv().getValue())
                    .isEqualTo(bytes("0"));

            put("watch/a", "1", 0);
            var both = List.of(stream.next().orElseThrow(), stream.next().orElseThrow());
            assertThat(both)
                    .extracting(WatchResponse::getWatchId)
                    .containsExactlyInAnyOrder(0L, 1L);
            var first = both.get(0).getWatchId() == 0 ? both.get(0) : both.get(1);
            assertThat(first.getEvents(0).getPrevKv().getValue()).isEqualTo(bytes("0"));

            delete("watch/a");
            var gone = stream.next().orElseThrow();
            assertThat(gone.getWatchId()).isZero();
            assertThat(gone.getEvents(0).getType()).isEqualTo(Event.EventType.DELETE);

            stream.send(
                    WatchRequest.newBuilder()
                            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                            .build());
            var progress = stream.next().orElseThrow();
            assertThat(progress.getWatchId()).isEqualTo(-1);
            assertThat(progress.getHeader().getRevision())
                    .isGreaterThanOrEqualTo(gone.getHeader().getRevision());

            stream.send(
                    WatchRequest.newBuilder()
                            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(0))
                            .build());
            var canceled = stream.next().orElseThrow();
            assertThat(canceled.getCanceled()).isTrue();
            assertThat(canceled.getWatchId()).isZero();
            put("watch/b", "2", 0);
            assertThat(stream.next().orElseThrow().getWatchId()).isEqualTo(1);
            stream.end();
            assertThat(stream.next()).isEmpty();
        }
    }

    /// A client takes any other number for that of a watch that runs.
    @Test
    void aWatchThatIsRefusedHasNoNumber() {
        try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
            stream.send(watch("twice/a", create -> create.setWatchId(7)));
            assertThat(stream.next().orElseThrow().getWatchId()).isEqualTo(7);

            stream.send(watch("twice/b", create -> create.setWatchId(7)));

            var refused = stream.next().orElseThrow();
            assertThat(refused.getCanceled()).isTrue();
            assertThat(refused.getWatchId()).isEqualTo(-1);
            put("twice/a", "1", 0);
            assertThat(stream.next().orElseThrow().getWatchId()).isEqualTo(7);
            delete("twice/a");
        }
    }

    @Test
    void aWatchOfNoKeyIsOneFromTheFirstKeyOn() {
        try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
            stream.send(watch("", create -> create.setRangeEnd(bytes("\0"))));
            assertThat(stream.next().orElseThrow().getCanceled()).isFalse();
            put("all/a", "1", 0);
            assertThat(stream.next().orElseThrow().getEvents(0).getKv().getKey())
                    .isEqualTo(bytes("all/a"));
            delete("all/a");
        }
    }

    @Test
    void aLargeRevisionComesInFragmentsWhereTheClientTakesThem() {
        try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
            var fragment =
                    UnknownFieldSet.newBuilder()
                            .addField(8, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                            .build();
            stream.send(
                    watch(
                            "large/",
                            create ->
                                    create.setRangeEnd(bytes("large0"))
                                            .setUnknownFields(fragment)));
            assertThat(stream.next().orElseThrow().getCreated()).isTrue();
            var txn = TxnRequest.newBuilder();
            for (var i = 0; i < 3; i++) {
                var large =
                        PutRequest.newBuilder()
                                .setKey(bytes("large/" + i))
                                .setValue(bytes("x".repeat(300_000)));
                txn.addSuccess(RequestOp.newBuilder().setRequestPut(large));
            }
            var _ = txn(txn.build());
            var _ = txn(txn.build());
            var events = 0;
            while (events < 6) {
                events += stream.next().orElseThrow().getEventsCount();
            }
            delete("large/");
        }
    }

    @Test
    void whatIsCompactedIsNeitherReadNorWatched() {
        var old = put("old/a", "1", 0).getHeader().getRevision();
        var present = put("old/a", "2", 0).getHeader().getRevision();
        client.call(
                "etcdserverpb.KV/Compact",
                CompactionRequest.newBuilder().setRevision(present).build(),
                CompactionResponse.parser());
        refused(
                () -> range(RangeRequest.newBuilder().setKey(bytes("old/a")).setRevision(old)),
                OUT_OF_RANGE,
                "etcdserver: mvcc: required revision has been compacted");
        awaitWatchesFed();
        try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
            stream.send(watch("old/a", create -> create.setStartRevision(old)));
            assertThat(stream.next().orElseThrow().getCreated()).isTrue();
            var canceled = stream.next().orElseThrow();
            assertThat(canceled.getCanceled()).isTrue();
            assertThat(canceled.getCompactRevision()).isEqualTo(present);
        }
    }

    @Test
    void aLeaseIsRenewedAndTakesItsKeysAlong() {
        var lease = grant(60);
        put("lease/a", "1", lease);
        try (var stream =
                client.open("etcdserverpb.Lease/LeaseKeepAlive", LeaseKeepAliveResponse.parser())) {
            stream.send(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
            var renewed = stream.next().orElseThrow();
            assertThat(renewed.getID()).isEqualTo(lease);
            assertThat(renewed.getTTL()).isEqualTo(60);
            stream.send(LeaseKeepAliveRequest.newBuilder().setID(4711).build());
            assertThat(stream.next().orElseThrow().getTTL()).isZero();
            stream.end();
            assertThat(stream.next()).isEmpty();
        }
        var left = timeToLive(lease);
        assertThat(left.getGrantedTTL()).isEqualTo(60);
        assertThat(left.getTTL()).isBetween(1L, 60L);
        assertThat(left.getKeysList()).containsExactly(bytes("lease/a"));
        var all =
                client.call(
                        "etcdserverpb.Lease/LeaseLeases",
                        LeaseLeasesRequest.getDefaultInstance(),
                        LeaseLeasesResponse.parser());
        assertThat(all.getLeasesList()).extracting(LeaseStatus::getID).contains(lease);

        revoke(lease);
        assertThat(range(RangeRequest.newBuilder().setKey(bytes("lease/a"))).getCount()).isZero();
        assertThat(timeToLive(lease).getTTL()).isEqualTo(-1);
        refused(() -> revoke(lease), NOT_FOUND, "etcdserver: requested lease not found");
    }

    @Test
    void aLockIsHeldByOneAndPassedOnInTheOrderOfWaiting() {
        var firstLease = grant(60);
        var first = lock("mutex", firstLease);
        var secondLease = grant(60);
        try (var waiting = client.open("v3lockpb.Lock/Lock", LockResponse.parser())) {
            waiting.send(lockRequest("mutex", secondLease));
            waiting.end();
            awaitWaiters("mutex/", 2);
            assertThat(waiting.isSilent()).isTrue();
            client.call(
                    "v3lockpb.Lock/Unlock",
                    UnlockRequest.newBuilder().setKey(first.getKey()).build(),
                    UnlockResponse.parser());
            assertThat(waiting.next().orElseThrow().getKey())
                    .isEqualTo(bytes("mutex/" + Long.toHexString(secondLease)));
        }
        revoke(firstLease);
        revoke(secondLease);
    }

    @Test
    void aLockThatNobodyWaitsForAnyMoreIsPassedOn() {
        var leases = List.of(grant(60), grant(60), grant(60));
        var held = lock("given up", leases.getFirst());
        try (var gone = client.open("v3lockpb.Lock/Lock", LockResponse.parser())) {
            gone.send(lockRequest("given up", leases.get(1)));
            gone.end();
            awaitWaiters("given up/", 2);
        }
        awaitWaiters("given up/", 1);
        try (var next = client.open("v3lockpb.Lock/Lock", LockResponse.parser())) {
            next.send(lockRequest("given up", leases.get(2)));
            next.end();
            awaitWaiters("given up/", 2);
            client.call(
                    "v3lockpb.Lock/Unlock",
                    UnlockRequest.newBuilder().setKey(held.getKey()).build(),
                    UnlockResponse.parser());
            assertThat(next.next()).isPresent();
        }
        leases.forEach(this::revoke);
    }

    @Test
    void aCallThatIsGivenUpLeavesThePlaceToWhoAskedForItAgain() {
        var leases = List.of(grant(60), grant(60), grant(60));
        var held = lock("asked again", leases.getFirst());
        try (var again = client.open("v3lockpb.Lock/Lock", LockResponse.parser())) {
            try (var first = client.open("v3lockpb.Lock/Lock", LockResponse.parser())) {
                stand(first, "asked again", leases.get(1));
                awaitWaiters("asked again/", 2);
                stand(again, "asked again", leases.get(1));
                await().until(() -> newestVersion("asked again/") == 2);
            }
            // Given up behind the first one, and gone: so the first one has left what it leaves.
            try (var behind = client.open("v3lockpb.Lock/Lock", LockResponse.parser())) {
                stand(behind, "asked again", leases.get(2));
                awaitWaiters("asked again/", 3);
            }
            awaitWaiters("asked again/", 2);
            client.call(
                    "v3lockpb.Lock/Unlock",
                    UnlockRequest.newBuilder().setKey(held.getKey()).build(),
                    UnlockResponse.parser());
            assertThat(again.next()).isPresent();
        }
        leases.forEach(this::revoke);
    }

    private static void stand(GrpcClient.Call<LockResponse> call, String line, long lease) {
        call.send(lockRequest(line, lease));
        call.end();
    }

    @Test
    void theRangesOfWatchesFillNoMoreThanTheShareOfTheirUser() {
        var key = "w".repeat(100_000);
        var refused = api.metrics.counter("krg.api.requests_refused_total");
        var before = refused.getCount();
        try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
            for (var watches = 0; isTaken(stream, key); watches++) {
                assertThat(watches).isLessThan(2_000);
            }
        }
        assertThat(refused.getCount()).isGreaterThan(before);
        await().until(() -> {
            try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
                return isTaken(stream, key);
            }
        });
    }

    private static boolean isTaken(GrpcClient.Call<WatchResponse> stream, String key) {
        try {
            stream.send(watch(key, create -> create));
            return !stream.next().orElseThrow().getCanceled();
        } catch (Refused full) {
            return false;
        }
    }

    private long newestVersion(String prefix) {
        return range(everything(prefix)).getKvsList().stream()
                .mapToLong(KeyValue::getVersion)
                .max()
                .orElse(0);
    }

    @Test
    void anElectionTellsWhoLeadsAndWhatTheyProclaim() {
        var lease = grant(60);
        var won =
                client.call(
                        "v3electionpb.Election/Campaign",
                        CampaignRequest.newBuilder()
                                .setName(bytes("vote"))
                                .setLease(lease)
                                .setValue(bytes("me"))
                                .build(),
                        CampaignResponse.parser());
        try (var observed = client.open("v3electionpb.Election/Observe", LeaderResponse.parser())) {
            observed.send(LeaderRequest.newBuilder().setName(bytes("vote")).build());
            assertThat(observed.next().orElseThrow().getKv().getValue()).isEqualTo(bytes("me"));
            client.call(
                    "v3electionpb.Election/Proclaim",
                    ProclaimRequest.newBuilder()
                            .setLeader(won.getLeader())
                            .setValue(bytes("still me"))
                            .build(),
                    ProclaimResponse.parser());
            assertThat(observed.next().orElseThrow().getKv().getValue())
                    .isEqualTo(bytes("still me"));
        }
        client.call(
                "v3electionpb.Election/Resign",
                ResignRequest.newBuilder().setLeader(won.getLeader()).build(),
                ResignResponse.parser());
        assertThatThrownBy(() ->
                        client.call(
                                "v3electionpb.Election/Leader",
                                LeaderRequest.newBuilder().setName(bytes("vote")).build(),
                                LeaderResponse.parser()))
                .hasMessage("election: no leader");
        assertThatThrownBy(() ->
                        client.call(
                                "v3electionpb.Election/Proclaim",
                                ProclaimRequest.newBuilder().setLeader(won.getLeader()).build(),
                                ProclaimResponse.parser()))
                .hasMessage("election: not leader");
        revoke(lease);
    }

    @Test
    void aCallToObserveIsOneMessageAndLeavesNoWatchBehind() {
        var before = watches();
        var ask = LeaderRequest.newBuilder().setName(bytes("nobody")).build();
        try (var call = client.open("v3electionpb.Election/Observe", LeaderResponse.parser())) {
            call.send(ask, ask);

            assertThatThrownBy(call::next).hasMessageContaining("is one message");
        }
        await().untilAsserted(() -> assertThat(watches()).isEqualTo(before));
    }

    private String watches() {
        return api.metrics.getGauges(MetricFilter.endsWith("krg.state.watches")).values().stream()
                .map(gauge -> String.valueOf(gauge.getValue()))
                .collect(Collectors.joining());
    }

    @Test
    void theNodeSaysHowItIs() {
        var status =
                client.call(
                        "etcdserverpb.Maintenance/Status",
                        StatusRequest.getDefaultInstance(),
                        StatusResponse.parser());
        assertThat(status.getVersion()).startsWith("3.5.0-krg.");
        assertThat(status.getLeader()).isEqualTo(status.getHeader().getMemberId());
        var members =
                client.call(
                        "etcdserverpb.Cluster/MemberList",
                        MemberListRequest.getDefaultInstance(),
                        MemberListResponse.parser());
        assertThat(members.getMembers(0).getName()).isEqualTo("n1");
        assertThat(members.getMembers(0).getClientURLsList()).hasSize(1);
        var once = hash();
        var twice = hash();
        assertThat(once.getHash()).isEqualTo(twice.getHash());
    }

    /// Waits until watches have been told of all that is written: one from before that is only fed.
    private void awaitWatchesFed() {
        try (var stream = client.open("etcdserverpb.Watch/Watch", WatchResponse.parser())) {
            stream.send(watch("fed", create -> create));
            assertThat(stream.next().orElseThrow().getCreated()).isTrue();
            put("fed", "1", 0);
            assertThat(stream.next().orElseThrow().getEventsCount()).isEqualTo(1);
        }
        delete("fed");
    }

    private HashKVResponse hash() {
        return client.call(
                "etcdserverpb.Maintenance/HashKV",
                HashKVRequest.getDefaultInstance(),
                HashKVResponse.parser());
    }

    private void awaitWaiters(String prefix, int wanted) {
        await().until(() -> range(everything(prefix)).getCount() == wanted);
    }

    private static RangeRequest.Builder everything(String prefix) {
        return RangeRequest.newBuilder()
                .setKey(bytes(prefix))
                .setRangeEnd(bytes(prefix + "\uffff"));
    }

    private LockResponse lock(String name, long lease) {
        return client.call("v3lockpb.Lock/Lock", lockRequest(name, lease), LockResponse.parser());
    }

    private static LockRequest lockRequest(String name, long lease) {
        return LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build();
    }

    private long grant(long seconds) {
        return client.call(
                        "etcdserverpb.Lease/LeaseGrant",
                        LeaseGrantRequest.newBuilder().setTTL(seconds).build(),
                        LeaseGrantResponse.parser())
                .getID();
    }

    private void revoke(long lease) {
        client.call(
                "etcdserverpb.Lease/LeaseRevoke",
                LeaseRevokeRequest.newBuilder().setID(lease).build(),
                LeaseRevokeResponse.parser());
    }

    private LeaseTimeToLiveResponse timeToLive(long lease) {
        return client.call(
                "etcdserverpb.Lease/LeaseTimeToLive",
                LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build(),
                LeaseTimeToLiveResponse.parser());
    }

    private PutResponse put(String key, String value, long lease) {
        return client.call(
                "etcdserverpb.KV/Put",
                PutRequest.newBuilder()
                        .setKey(bytes(key))
                        .setValue(bytes(value))
                        .setLease(lease)
                        .setPrevKv(true)
                        .build(),
                PutResponse.parser());
    }

    private void delete(String key) {
        client.call(
                "etcdserverpb.KV/DeleteRange",
                DeleteRangeRequest.newBuilder().setKey(bytes(key)).build(),
                DeleteRangeResponse.parser());
    }

    private RangeResponse range(RangeRequest.Builder request) {
        return client.call("etcdserverpb.KV/Range", request.build(), RangeResponse.parser());
    }

    private TxnResponse txn(TxnRequest request) {
        return client.call("etcdserverpb.KV/Txn", request, TxnResponse.parser());
    }

    private static MessageLite watch(
            String key, UnaryOperator<WatchCreateRequest.Builder> options) {
        var create = options.apply(WatchCreateRequest.newBuilder().setKey(bytes(key)));
        return WatchRequest.newBuilder().setCreateRequest(create).build();
    }

    private static void refused(Runnable call, int code, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        Refused.class, failure -> assertThat(failure.code).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
