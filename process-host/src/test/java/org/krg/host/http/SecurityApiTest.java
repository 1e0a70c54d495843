// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.host.http.ApiFixture.HERE;
import static org.krg.host.http.ApiFixture.submission;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.ibm.etcd.api.HashKVRequest;
import com.ibm.etcd.api.LeaseRevokeRequest;
import com.ibm.etcd.api.LeaseTimeToLiveRequest;
import com.ibm.etcd.api.PutRequest;
import com.ibm.etcd.api.RangeRequest;
import com.ibm.etcd.api.SnapshotRequest;
import com.ibm.etcd.api.WatchCreateRequest;
import com.ibm.etcd.api.WatchRequest;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.HostFailure;
import org.krg.host.daemon.Renewal;
import org.krg.host.daemon.StandingClient;
import org.krg.host.model.AuditEntry;
import org.krg.host.model.Standing;
import org.krg.host.tls.KeyRequest;
import org.krg.host.tls.Keys;
import org.krg.host.tls.NodeTls;
import org.krg.host.tls.Pem;
import org.krg.host.tls.PinnedTrust;
import org.krg.host.tls.TlsDirectory;
import org.krg.linux.Account;
import org.krg.state.MutualTls;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.model.Backing;
import org.krg.state.model.CertificateName;
import org.krg.state.model.CertificateName.Role;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.ProcessId;
import org.krg.testkit.RawHttp2;
import org.krg.testkit.Samples;

/// Who may do what by the API, over TLS, tried on every route.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SecurityApiTest {
    /// A status of gRPC.
    private static final String PERMISSION_DENIED = "7";

    @TempDir static Path directory;

    private ApiFixture api;
    private List<Endpoint> endpoints;

    /// A method and a path with its variable parts filled in.
    private record Endpoint(String method, String path) {
        /// Those answer 200 and say in a header what became of the call.
        boolean isEtcds() {
            return !path.startsWith("/v1/") && !path.equals("/metrics");
        }
    }

    @BeforeAll
    void start() {
        api = ApiFixture.start(directory);
        endpoints = api.routes().stream().map(SecurityApiTest::endpoint).toList();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static Endpoint endpoint(String route) {
        var words = route.split(" ", 2);
        var path = Pattern.compile("\\(\\?<[a-z]+>.*?\\)(?=/|\\$|$)").matcher(words[1]);
        return new Endpoint(words[0], path.replaceAll("1").replaceAll("[\\^$]", ""));
    }

    @Test
    void aStrangerIsRefusedOnEveryRouteOfEveryNode() throws Exception {
        assertThat(endpoints).hasSizeGreaterThan(40);
        // The owner of a socket of this machine counts; a certificate without rights does not.
        try (var eve = api.as(api.keys.user(Role.CLIENT, "eve"));
                var away = api.away(api.keys.user(Role.CLIENT, "eve"))) {
            for (var endpoint : endpoints) {
                if (endpoint.isEtcds() || endpoint.equals(new Endpoint("POST", "/v1/join"))) {
                    continue;
                }
                assertThat(status(eve, endpoint)).describedAs("%s", endpoint).isEqualTo(403);
                assertThat(status(away, endpoint)).describedAs("%s", endpoint).isEqualTo(403);
            }
        }
    }

    @Test
    void aStrangerIsRefusedByEveryMethodOfEtcd() {
        var methods =
                endpoints.stream()
                        .filter(it -> it.isEtcds() && it.method().equals("POST"))
                        .map(it -> it.path().replace("\\..*", ".KV/NoSuchMethod"))
                        .toList();
        assertThat(methods).hasSizeGreaterThan(20);
        // Nor is a stranger told which there are not.
        try (var eve = api.as(api.keys.user(Role.CLIENT, "eve"))) {
            for (var method : methods) {
                assertThat(eve.post(method, "{}").grpcStatus())
                        .describedAs("%s", method)
                        .isEqualTo(PERMISSION_DENIED);
            }
        }
    }

    private void letPermissionsCount(String... users) {
        api.post("/v1/users", "{\"name\":\"root\"}");
        api.post("/v1/users/root/roles", "{\"role\":\"root\"}");
        for (var user : users) {
            api.post("/v1/users", "{\"name\":\"%s\"}".formatted(user));
        }
        assertThat(api.post("/v1/auth", "{\"enabled\":true}").status()).isEqualTo(200);
    }

    private void letNoPermissionsCount() {
        assertThat(api.post("/v1/auth", "{\"enabled\":false}").status()).isEqualTo(200);
    }

    @Test
    void aUserMayOnlyWhatIsTheirs() {
        letPermissionsCount("nobody");
        var theirs = "/v1/jobs/of-root";
        assertThat(api.post("/v1/jobs", submission("of-root")).status()).isEqualTo(201);
        try (var nobody = api.as(api.keys.user(Role.CLIENT, "nobody"))) {
            assertThat(nobody.get("/v1/status").status()).isEqualTo(200);
            assertThat(nobody.get(theirs).status()).isEqualTo(403);
            assertThat(nobody.get("/v1/jobs/of-nobody-there-is").status()).isEqualTo(403);
            assertThat(nobody.post(theirs + "/stop", "{}").status()).isEqualTo(403);
            assertThat(nobody.get("/v1/jobs").status()).isEqualTo(403);
            assertThat(nobody.get("/v1/watch").status()).isEqualTo(403);
            assertThat(nobody.post("/v1/users", "{\"name\":\"eve\"}").status()).isEqualTo(403);

            var mine = nobody.post("/v1/jobs", submission("of-nobody"));
            assertThat(mine.status()).describedAs("%s", mine.body()).isEqualTo(201);
            assertThat(mine.text("/owner")).isEqualTo("nobody");
            assertThat(nobody.get("/v1/jobs/of-nobody").status()).isEqualTo(200);
            assertThat(nobody.post("/v1/jobs/of-nobody/stop", "{}").status()).isEqualTo(200);
        } finally {
            api.post("/v1/jobs/of-root/stop", "{}");
            letNoPermissionsCount();
        }
    }

    @Test
    void whoHasNoAccountMakesNoSegment() {
        letPermissionsCount("no-account-of-krg");
        try (var stranger = api.as(api.keys.user(Role.CLIENT, "no-account-of-krg"))) {
            var made = stranger.post("/v1/segments", "{\"name\":\"strange\",\"sizeBytes\":4096}");
            assertThat(made.status()).isEqualTo(403);
            assertThat(made.text("/error/message")).contains("no account on this node");
        } finally {
            letNoPermissionsCount();
        }
    }

    @Test
    void whoseProcessMovesMayWatchTheMoveAndGiveItUp() {
        letPermissionsCount("nobody", "other");
        try (var nobody = api.as(api.keys.user(Role.CLIENT, "nobody"));
                var other = api.as(api.keys.user(Role.CLIENT, "other"))) {
            var mine = nobody.post("/v1/jobs", submission("moves-on"));
            var process = new ProcessId(mine.number("/processes/0/id"));
            api.place(process, HERE);

            var begun = nobody.post("/v1/processes/moves-on/migrations", "{\"to\":\"n2\"}");

            assertThat(begun.status()).describedAs("%s", begun.body()).isEqualTo(201);
            var operation = "/v1/operations/" + begun.number("/id");
            assertThat(nobody.get(operation).text("/target")).isEqualTo("moves-on/0");
            assertThat(nobody.get(operation + "/wait?timeoutSeconds=0").status()).isEqualTo(200);
            assertThat(other.get(operation).status()).isEqualTo(403);
            assertThat(other.get(operation + "/wait?timeoutSeconds=0").status()).isEqualTo(403);
            assertThat(other.post(operation + "/cancel", "").status()).isEqualTo(403);
            assertThat(nobody.get("/v1/operations/987654").status()).isEqualTo(403);
            assertThat(api.get("/v1/operations/987654").status()).isEqualTo(404);
            assertThat(api.get("/v1/operations/none").status()).isEqualTo(400);

            var given = nobody.post(operation + "/cancel", "");

            assertThat(given.text("/step")).isEqualTo("aborted");
            api.exit(process, 0);
        } finally {
            letNoPermissionsCount();
        }
    }

    @Test
    void whatARequestHasRemovedIsToldAgainToItsSenderAlone() {
        letPermissionsCount("nobody", "other");
        try (var nobody = api.as(api.keys.user(Role.CLIENT, "nobody"));
                var other = api.as(api.keys.user(Role.CLIENT, "other"))) {
            var mine = nobody.post("/v1/jobs", submission("forgets"));
            var process = new ProcessId(mine.number("/processes/0/id"));
            api.place(process, HERE);
            var epoch = api.process(process).epoch();
            api.propose(
                    new CommitGeneration(
                            Samples.generation(process, 1, epoch, HERE, ApiFixture.AWAY), 1));
            api.exit(process, 0);
            var made = nobody.post("/v1/segments", "{\"name\":\"forgotten\",\"sizeBytes\":4096}");
            assertThat(made.status()).describedAs("%s", made.body()).isEqualTo(201);
            var paths = List.of("/v1/checkpoints/" + process + ".1", "/v1/segments/forgotten");
            for (var path : paths) {
                var numbers = (41 + paths.indexOf(path)) + ":1";
                var first = nobody.delete(path, "Krg-Request", numbers);
                assertThat(first.status()).describedAs("%s", first.body()).isEqualTo(200);

                var again = nobody.delete(path, "Krg-Request", numbers);

                assertThat(again.status()).describedAs("%s", again.body()).isEqualTo(200);
                assertThat(nobody.delete(path).status()).isEqualTo(403);
                assertThat(nobody.delete(path, "Krg-Request", "43:1").status()).isEqualTo(403);
                assertThat(other.delete(path, "Krg-Request", numbers).status()).isEqualTo(403);
                assertThat(api.delete(path, "Krg-Request", "44:1").status()).isEqualTo(404);
            }
        } finally {
            letNoPermissionsCount();
        }
    }

    /// A name goes to the next job that takes it, while a request that was let in waits for its
    /// body.
    @Test
    void aRequestIsAboutWhatItsSenderOwnedWhenItWasLetIn() throws Exception {
        letPermissionsCount("nobody");
        var held = new PipedOutputStream();
        var body = new PipedInputStream(held);
        try (var nobody = api.as(api.keys.user(Role.CLIENT, "nobody"))) {
            var mine = nobody.post("/v1/jobs", submission("passed-on"));
            var process = new ProcessId(mine.number("/processes/0/id"));
            api.place(process, HERE);
            api.exit(process, 0);
            var requests = api.metrics.counter("krg.http.requests_total");
            var before = requests.getCount();

            var shown = nobody.begin("GET", "/v1/jobs/passed-on", body);

            await().until(() -> requests.getCount() > before);
            assertThat(api.post("/v1/jobs", submission("passed-on")).status()).isEqualTo(201);
            held.close();
            assertThat(shown.get(30, TimeUnit.SECONDS).number("/id")).isEqualTo(mine.number("/id"));
        } finally {
            api.post("/v1/jobs/passed-on/stop", "{}");
            letNoPermissionsCount();
        }
    }

    @Test
    void whatMayOnlyBeARepeatedRequestTouchesNothingThatWasMadeSince() throws Exception {
        letPermissionsCount("nobody");
        var held = new PipedOutputStream();
        var body = new PipedInputStream(held);
        try (var nobody = api.as(api.keys.user(Role.CLIENT, "nobody"))) {
            // A client's first request is not sent before its body is there.
            assertThat(nobody.get("/v1/status").status()).isEqualTo(200);
            var requests = api.metrics.counter("krg.http.requests_total");
            var before = requests.getCount();
            var path = "/v1/segments/made-since";

            var refused = nobody.begin("DELETE", path, body, "Krg-Request", "47:1");

            await().until(() -> requests.getCount() > before);
            api.propose(
                    new CreateSegment(
                                    "made-since",
                                    4_096,
                                    Samples.ALICE,
                                    0600,
                                    OwnershipMode.ASYNC,
                                    Samples.START)
                            .backedBy(new Backing(HERE, "/srv/made-since")));
            held.close();
            assertThat(refused.get(30, TimeUnit.SECONDS).status()).isEqualTo(403);
            assertThat(api.contents.synced).isEmpty();
        } finally {
            api.delete("/v1/segments/made-since?discard=true");
            letNoPermissionsCount();
        }
    }

    @Test
    void aLeaseIsItsHoldersAndTheWholeStateRoots() {
        letPermissionsCount("bob");
        var lease = api.post("/v1/leases", "{\"ttlSeconds\":60}").number("/id");
        var path = "/v1/leases/" + lease;
        try (var bob = api.as(api.keys.user(Role.CLIENT, "bob"))) {
            assertThat(bob.get(path).status()).isEqualTo(403);
            assertThat(bob.post(path + "/renew", "{}").status()).isEqualTo(403);
            assertThat(bob.delete(path).status()).isEqualTo(403);
            var calls =
                    Map.<String, MessageLite>of(
                            "Lease/LeaseRevoke",
                            LeaseRevokeRequest.newBuilder().setID(lease).build(),
                            "Lease/LeaseTimeToLive",
                            LeaseTimeToLiveRequest.newBuilder().setID(lease).build(),
                            "Maintenance/HashKV",
                            HashKVRequest.getDefaultInstance(),
                            "Maintenance/Snapshot",
                            SnapshotRequest.getDefaultInstance());
            calls.forEach((method, message) ->
                    assertThat(bob.postRaw("/etcdserverpb." + method, framed(message)).grpcStatus())
                            .describedAs(method)
                            .isEqualTo(PERMISSION_DENIED));
            assertThat(api.get(path).status()).isEqualTo(200);
        } finally {
            letNoPermissionsCount();
        }
    }

    @Test
    void theHolderOfALeaseSeesOnlyThoseOfItsKeysThatTheyMayRead() {
        letPermissionsCount("joe");
        api.post("/v1/roles", "{\"name\":\"joes\"}");
        api.post(
                "/v1/roles/joes/permissions",
                "{\"mode\":\"read-write\",\"key\":\"joe/\",\"prefix\":true}");
        api.post("/v1/users/joe/roles", "{\"role\":\"joes\"}");
        try (var joe = api.as(api.keys.user(Role.CLIENT, "joe"))) {
            var lease = joe.post("/v1/leases", "{\"ttlSeconds\":60}").number("/id");
            var path = "/v1/leases/" + lease;
            var request = LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build();
            var timeToLive = "/etcdserverpb.Lease/LeaseTimeToLive";
            var attach = "/v1/keys/transaction";
            assertThat(joe.post(attach, attachment("joe/a", lease)).status()).isEqualTo(200);
            assertThat(joe.postRaw(timeToLive, framed(request)).grpcStatus()).isEmpty();

            assertThat(api.post(attach, attachment("secret/b", lease)).status()).isEqualTo(200);

            assertThat(joe.get(path).body().at("/keys").findValuesAsText("key"))
                    .containsExactly("joe/a");
            assertThat(joe.postRaw(timeToLive, framed(request)).grpcStatus())
                    .isEqualTo(PERMISSION_DENIED);
            var without = request.toBuilder().setKeys(false).build();
            assertThat(joe.postRaw(timeToLive, framed(without)).grpcStatus()).isEmpty();
            assertThat(api.delete(path).body().at("/keys").findValuesAsText("key"))
                    .containsExactly("joe/a", "secret/b");
        } finally {
            letNoPermissionsCount();
        }
    }

    private static String attachment(String key, long lease) {
        return "{\"then\":[{\"put\":{\"key\":\"%s\",\"value\":\"\",\"lease\":%d}}]}"
                .formatted(key, lease);
    }

    private static byte[] framed(MessageLite message) {
        var bytes = message.toByteArray();
        return ByteBuffer.allocate(5 + bytes.length)
                .put((byte) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    @Test
    void anAdministratorMayEverythingAndAStrangersCertificateNothing() {
        try (var admin = api.as(api.keys.user(Role.ADMIN, "carol"))) {
            assertThat(admin.get("/v1/jobs").status()).isEqualTo(200);
            assertThat(admin.get("/v1/join").status()).isEqualTo(403);
        }
        var strangers = new Keys(UUID.randomUUID(), directory.resolve("strangers"));
        try (var stranger = api.as(strangers.user(Role.ADMIN, "carol"))) {
            assertThatThrownBy(() -> stranger.get("/v1/status"))
                    .hasRootCauseInstanceOf(Exception.class);
        }
        try (var late = api.as(api.keys.expiredNode("n3"))) {
            assertThatThrownBy(() -> late.get("/v1/status"))
                    .hasRootCauseInstanceOf(Exception.class);
        }
    }

    @Test
    void changesAndRefusalsAreWrittenDown() {
        api.post("/v1/roles", "{\"name\":\"audited\"}");
        api.get("/v1/roles/audited");
        api.post("/v1/leases", "{\"ttlSeconds\":1}");
        try (var mallory = api.as(api.keys.user(Role.CLIENT, "mallory"))) {
            mallory.get("/v1/users/audited");
            mallory.post("/etcdserverpb.KV/Put", "{}");
        }

        // A reply may arrive before its entry is there.
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> {
                    assertThat(outcomes("POST /v1/roles")).contains(201);
                    assertThat(outcomes("GET /v1/users/audited")).containsExactly(403);
                    assertThat(outcomes("POST /etcdserverpb.KV/Put")).contains(403);
                });
        assertThat(outcomes("GET /v1/roles/audited")).isEmpty();
        assertThat(outcomes("POST /v1/leases")).isEmpty();
        assertThat(api.audited.entries)
                .filteredOn(entry -> entry.what().equals("GET /v1/users/audited"))
                .allSatisfy(entry -> {
                    assertThat(entry.who()).contains("/client/mallory/0");
                    assertThat(entry.from()).startsWith("127.0.0.1:");
                });
    }

    @Test
    void aRefusalOfKeysIsWrittenDownWithWhoWasRefused() {
        letPermissionsCount("trudy");
        var key = ByteString.copyFromUtf8("secret/a");
        var calls =
                Map.<String, MessageLite>of(
                        "/etcdserverpb.KV/Put",
                        PutRequest.newBuilder().setKey(key).build(),
                        "/etcdserverpb.KV/Range",
                        RangeRequest.newBuilder().setKey(key).build(),
                        "/etcdserverpb.Watch/Watch",
                        WatchRequest.newBuilder()
                                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                                .build());
        try (var trudy = api.as(api.keys.user(Role.CLIENT, "trudy"))) {
            calls.forEach((method, message) -> trudy.sendRaw(method, framed(message)));
            assertThat(trudy.get("/v1/keys?key=c2VjcmV0L2E=").status()).isEqualTo(403);

            await().atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(() ->
                            assertThat(ofTrudy())
                                    .contains("GET /v1/keys")
                                    .containsAll(
                                            calls.keySet().stream()
                                                    .map(method -> "POST " + method)
                                                    .toList()));
        } finally {
            letNoPermissionsCount();
        }
    }

    /// What was refused to a user who is let in.
    private List<String> ofTrudy() {
        return api.audited.entries.stream()
                .filter(entry -> entry.who().startsWith("trudy (") && entry.outcome() == 403)
                .map(AuditEntry::what)
                .toList();
    }

    /// A client that is interrupted resets its stream.
    @Test
    void aChangeWhoseSenderIsGoneIsWrittenDown() throws Exception {
        var begun = new CountDownLatch(1);
        var released = new CountDownLatch(1);
        api.renewal =
                () -> {
                    begun.countDown();
                    awaitUninterruptibly(released);
                    return Instant.EPOCH;
                };
        var what = "POST /v1/nodes/" + HERE + "/certificate";
        var before = api.audited.entries.size();
        try (var client = new RawHttp2(api.address())) {
            client.open(1, "/v1/nodes/" + HERE + "/certificate").end(1);
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            client.reset(1);
            // What is answered afterwards shows that the reset has arrived.
            client.openToRead(3, "/v1/health").end(3);
            assertThat(client.awaitEnd()).isEqualTo(RawHttp2.End.STREAM_ENDED);

            released.countDown();

            await().atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(() ->
                            assertThat(api.audited.entries.stream().skip(before))
                                    .anyMatch(it -> it.what().equals(what) && it.outcome() == 200));
        } finally {
            released.countDown();
            api.renewal = () -> Instant.EPOCH;
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    @Test
    void itIsWrittenDownByWhatSomebodyWasKnownAndWhatAStrangerWanted() throws Exception {
        var token = api.post("/v1/tokens", "{}").text("/token");
        assertThat(join(token, "n11", KeyRequest.make("n11")).status()).isEqualTo(201);
        var secret = Files.readString(directory.resolve("api-n1/identity/token")).strip();
        api.post("/v1/roles", "{\"name\":\"by-token\"}", "Authorization", "Bearer " + secret);
        api.post("/v1/roles", "{\"name\":\"by-uid\"}");

        var uid = "uid " + Account.ownUid();
        var joined = "POST /v1/join node n11 token " + token.split("\\.", -1)[1];
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> {
                    assertThat(who(joined)).containsExactly("-");
                    assertThat(who("POST /v1/roles"))
                            .contains("root (token, " + uid + ")", "root (" + uid + ")");
                });
    }

    private List<String> who(String what) {
        return api.audited.entries.stream()
                .filter(entry -> entry.what().equals(what))
                .map(AuditEntry::who)
                .toList();
    }

    private List<Integer> outcomes(String what) {
        return api.audited.entries.stream()
                .filter(entry -> entry.what().equals(what))
                .map(AuditEntry::outcome)
                .distinct()
                .toList();
    }

    @Test
    void passwordsAndTokensAreNeverShown() {
        api.post("/v1/users", "{\"name\":\"dora\",\"password\":\"canary-of-dora\"}");
        var token = api.post("/v1/tokens", "{}").text("/token");

        var shown =
                api.text("/v1/users")
                        + api.text("/v1/users/dora")
                        + api.text("/v1/tokens")
                        + api.text("/v1/events?after=0&limit=1000")
                        + api.store.image();

        assertThat(shown)
                .contains("dora")
                .doesNotContain("canary-of-dora")
                .doesNotContain("pbkdf2");
        assertThat(shown).doesNotContain(token.split("\\.", -1)[2]);
    }

    @Test
    void aTokenLetsANodeInOnceAndItsCertificateSaysWho() {
        var token = api.post("/v1/tokens", "{}").text("/token");
        var request = KeyRequest.make("n7");

        var joined = join(token, "n7", request);

        assertThat(joined.status()).describedAs("%s", joined.body()).isEqualTo(201);
        var certificate = Pem.certificates(joined.text("/certificate")).getFirst();
        var name = MutualTls.findName(certificate).orElseThrow();
        assertThat(name.node()).contains(new NodeId("n7"));
        assertThat(name.number()).isPositive();
        assertThat(joined.text("/cluster/id")).isEqualTo(ApiFixture.CLUSTER.toString());
        assertThat(join(token, "n7", request).status()).isEqualTo(403);
        assertThat(join(token, "n8", KeyRequest.make("n8")).status()).isEqualTo(403);
    }

    /// A client chooses the numbers of its requests. Those of one that was accepted must not pass
    /// for leave to join.
    @Test
    void theNumbersOfAnotherRequestLetNobodyIn() {
        var lease = api.post("/v1/leases", "{\"ttlSeconds\":60}", "Krg-Request", "4711:1");
        assertThat(lease.status()).describedAs("%s", lease.body()).isEqualTo(201);
        var invented = api.post("/v1/tokens", "{}").text("/token");
        invented = invented.replaceFirst("\\.[0-9a-f]{12}\\.", "." + "0".repeat(12) + ".");

        assertThat(join(invented, "n1", KeyRequest.make("n1"), "4711:1").status()).isEqualTo(403);
    }

    @Test
    void aTokenLetsANodeInOnceThoughItsRequestIsRepeated() {
        var token = api.post("/v1/tokens", "{}").text("/token");

        assertThat(join(token, "n7", KeyRequest.make("n7"), "5:1").status()).isEqualTo(201);

        assertThat(join(token, "n8", KeyRequest.make("n8"), "5:1").status()).isEqualTo(403);
    }

    @Test
    void aRepeatedRequestForATokenTellsNoneThatDoesNotExist() {
        assertThat(api.post("/v1/tokens", "{}", "Krg-Request", "6:1").status()).isEqualTo(201);

        var repeated = api.post("/v1/tokens", "{}", "Krg-Request", "6:1");

        assertThat(repeated.status()).isEqualTo(409);
        assertThat(repeated.body().toString()).contains("a token is told once");
    }

    @Test
    void theNumbersOfAnotherRequestShowNoReply() {
        assertThat(api.post("/v1/leases", "{\"ttlSeconds\":60}", "Krg-Request", "8:1").status())
                .isEqualTo(201);

        var token = api.post("/v1/tokens", "{}", "Krg-Request", "8:1");

        assertThat(token.status()).isEqualTo(400);
        assertThat(token.body().toString()).contains("operation 1 of session 8 was another one");
    }

    @Test
    void ofTwoThatShowOneTokenOneJoins() {
        var token = api.post("/v1/tokens", "{}").text("/token");

        var first = CompletableFuture.supplyAsync(() -> join(token, "n5", KeyRequest.make("n5")));
        var second = CompletableFuture.supplyAsync(() -> join(token, "n6", KeyRequest.make("n6")));

        assertThat(List.of(first.join().status(), second.join().status()))
                .containsExactlyInAnyOrder(201, 403);
    }

    @Test
    void aTokenThatIsForgedExpiredRevokedOrOfAnotherKeyLetsNobodyIn() {
        var made = api.post("/v1/tokens", "{}");
        var token = made.text("/token");
        var forged = token.replaceFirst("\\.[0-9a-f]{32}\\.", "." + "0".repeat(32) + ".");
        assertThat(join(forged, "n9", KeyRequest.make("n9")).status()).isEqualTo(403);
        assertThat(join("krg1.x", "n9", KeyRequest.make("n9")).status()).isEqualTo(400);
        assertThat(joinBody(token, "n9", "-----BEGIN NOTHING-----").status()).isEqualTo(400);
        assertThat(join(token, HERE.name(), KeyRequest.make("n1")).status()).isEqualTo(409);

        assertThat(api.delete("/v1/tokens/" + made.text("/id")).status()).isEqualTo(200);

        assertThat(join(token, "n9", KeyRequest.make("n9")).status()).isEqualTo(403);
        var short_ = api.post("/v1/tokens", "{\"lifeSeconds\":0.000001}").text("/token");
        assertThat(join(short_, "n9", KeyRequest.make("n9")).status()).isEqualTo(403);
    }

    @Test
    void whoeverHasNoTokenWritesNothingToTheLog() {
        var wrong =
                api.post("/v1/tokens", "{}")
                        .text("/token")
                        .replaceFirst("\\.[0-9a-f]{32}\\.", "." + "0".repeat(32) + ".");
        var body = joining(wrong, "n9", KeyRequest.make("n9").text(), "");
        var before = api.store.quorum().appliedIndex();
        try (var stranger =
                new TestClient(api.address(), PinnedTrust.context(api.keys.signer("n1").pin()))) {
            for (var i = 0; i < 100; i++) {
                assertThat(stranger.post("/v1/join", body).status()).isEqualTo(403);
            }
        }
        // Leases of other tests may end meanwhile.
        assertThat(api.store.quorum().appliedIndex()).isLessThan(before + 20);
    }

    @Test
    void aTokenIsNotUsedUpByARequestThatIsNotGood() {
        var token = api.post("/v1/tokens", "{}").text("/token");
        var request = KeyRequest.make("n12");
        for (var wrong : List.of("999.1.1.1", "::::", "a b")) {
            var hosts = ",\"hosts\":[\"%s\"]".formatted(wrong);
            var refused = api.post("/v1/join", joining(token, "n12", request.text(), hosts));
            assertThat(refused.status()).describedAs(wrong).isEqualTo(400);
        }

        var hosts = ",\"hosts\":[\"10.0.0.12\",\"[fd00::12]\",\"n12.example.org\"]";

        assertThat(api.post("/v1/join", joining(token, "n12", request.text(), hosts)).status())
                .isEqualTo(201);
    }

    @Test
    void whoJoinedAndNeverRegisteredIsRemoved() {
        var token = api.post("/v1/tokens", "{}").text("/token");
        var request = KeyRequest.make("evil");
        var joined = join(token, "evil", request);
        var files = TlsDirectory.ofNode(directory.resolve("evil"));
        files.write(
                Pem.certificates(joined.text("/certificate")).getFirst(),
                request.keyText(),
                api.keys.authority().certificate());
        try (var evil = api.as(NodeTls.open(files, ApiFixture.CLUSTER))) {
            assertThat(evil.get("/v1/join").status()).isEqualTo(200);

            assertThat(api.delete("/v1/nodes/evil").status()).isEqualTo(200);

            assertThat(evil.get("/v1/join").status()).isEqualTo(403);
        }
        assertThat(api.delete("/v1/nodes/evil").status()).isEqualTo(404);
    }

    @Test
    void aNodeWithoutTheAuthoritysKeyAsksTheOthersInTurn() throws Exception {
        var token = api.post("/v1/tokens", "{}").text("/token");
        var key = directory.resolve("keys/signer-n1/tls/ca.key");
        var kept = Files.move(key, key.resolveSibling("kept"));
        // Comes before n2 by its name, and does not sign: what it is asked, n1 is.
        var other = new NodeId("n15");
        api.register(other.name(), api.address());
        try {
            var first = joining(token, "n13", KeyRequest.make("n13").text(), "");
            assertThat(api.post("/v1/join", first).status()).isEqualTo(201);
            var user =
                    "{\"user\":\"ann\",\"request\":\"%s\"}"
                            .formatted(escaped(KeyRequest.make("ann")));
            assertThat(api.post("/v1/certificates/user", user).status()).isEqualTo(201);
            var second = joining(token, "n14", KeyRequest.make("n14").text(), "");
            assertThat(api.post("/v1/join", second).status()).isEqualTo(403);
        } finally {
            Files.move(kept, key);
            api.propose(new DeclareNodeLost(other, 1, Samples.START));
            assertThat(api.delete("/v1/nodes/n15").status()).isEqualTo(200);
        }
    }

    @Test
    void aCertificateOfAPersonCountsUntilItEndsAlsoOnAnOpenConnection() {
        letPermissionsCount("ann");
        try (var admin = api.as(api.keys.user(Role.ADMIN, "carol"));
                var ann = api.as(api.keys.user(Role.CLIENT, "ann"))) {
            assertThat(admin.get("/v1/jobs").status()).isEqualTo(200);
            assertThat(ann.get("/v1/status").status()).isEqualTo(200);
            assertThat(api.agent.get("/v1/join").status()).isEqualTo(200);

            api.ahead = Duration.ofDays(366);

            var refused = admin.get("/v1/jobs");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text("/error/message")).contains("carol ended at");
            assertThat(ann.get("/v1/status").status()).isEqualTo(403);
            // A node renews its own, and its connections stay.
            assertThat(api.agent.get("/v1/join").status()).isEqualTo(200);
        } finally {
            api.ahead = Duration.ZERO;
            letNoPermissionsCount();
        }
    }

    @Test
    void whoJoinsKnowsWhomTheyAsk() {
        var other = new Keys(UUID.randomUUID(), directory.resolve("pins")).signer("n1").pin();
        try (var client = new TestClient(api.address(), PinnedTrust.context(other))) {
            assertThatThrownBy(() -> client.post("/v1/join", "{}"))
                    .hasStackTraceContaining("not of the cluster that the token is for");
        }
    }

    @Test
    void aRemovedNodeIsNotAnsweredAndMayJoinAgain() {
        var node = new NodeId("gone");
        api.propose(new RegisterNode(Samples.node(node, 1), Samples.START));
        var tls = api.keys.node("gone");
        try (var connected = api.as(tls)) {
            assertThat(connected.get("/v1/join").status()).isEqualTo(200);
            api.propose(new DeclareNodeLost(node, 1, Samples.START));
            api.post("/v1/nodes/gone/fence", "{}");
            assertThat(api.delete("/v1/nodes/gone").status()).isEqualTo(200);

            assertThat(connected.get("/v1/join").status()).isEqualTo(403);
        }
        try (var anew = api.as(tls)) {
            for (var endpoint : endpoints) {
                if (!endpoint.isEtcds()
                        && !endpoint.path().equals("/v1/standing")
                        && !endpoint.equals(new Endpoint("POST", "/v1/join"))) {
                    assertThat(status(anew, endpoint)).describedAs("%s", endpoint).isEqualTo(403);
                }
            }
        }
        var token = api.post("/v1/tokens", "{}").text("/token");
        assertThat(join(token, "gone", KeyRequest.make("gone")).status()).isEqualTo(201);
    }

    @Test
    void aNodeIsToldWhatItIsToTheClusterAndAlsoThatItWasRemoved() throws Exception {
        var node = new NodeId("leaves");
        var tls = api.keys.node("leaves");
        api.propose(new RegisterNode(Samples.node(node, 1), Samples.START));
        assertThat(standing(tls, "leaves.1")).contains(Standing.REPLACED);
        assertThat(standing(api.keys.node(HERE.name()), HERE + ".1")).contains(Standing.MEMBER);
        assertThat(standing(api.keys.node(HERE.name()), HERE + ".2")).contains(Standing.REPLACED);
        api.propose(new DeclareNodeLost(node, 1, Samples.START));
        assertThat(api.delete("/v1/nodes/leaves").status()).isEqualTo(200);

        assertThat(standing(tls, "leaves.1")).contains(Standing.REMOVED);
        assertThat(standing(tls, HERE + ".1")).isEmpty();
        assertThat(standing(api.keys.user(Role.ADMIN, "leaves"), "leaves.1")).isEmpty();
        var unreachable = new StandingClient(tls.mutual(), "leaves.1");
        assertThat(unreachable.ask(List.of(new HostPort("127.0.0.1", 1)))).isEmpty();
    }

    private Optional<Standing> standing(NodeTls tls, String peer) throws InterruptedException {
        return new StandingClient(tls.mutual(), peer).ask(List.of(api.address()));
    }

    @Test
    void aNodeThatTakesPartNoMoreSaysSoAndAnswersAboutItselfAlone() {
        var why = new HostFailure(HostFailure.Code.REMOVED, "node n1 was removed", "join again");
        api.left = Optional.of(why);
        try {
            var refused = api.get("/v1/nodes");
            assertThat(refused.status()).isEqualTo(410);
            assertThat(refused.text("/error/message")).isEqualTo("node n1 was removed");
            assertThat(refused.number("/error/exit")).isEqualTo(13);
            assertThat(api.post("/v1/jobs", submission("late")).status()).isEqualTo(410);
            assertThat(api.get("/v1/status").status()).isEqualTo(200);
        } finally {
            api.left = Optional.empty();
        }
    }

    @Test
    void aNodeRenewsItsOwnCertificateAndNoOther() {
        var request = KeyRequest.make("n3");
        var body = "{\"node\":\"n1\",\"request\":\"%s\"}".formatted(escaped(request));

        var renewed = api.agent.post("/v1/certificates/node", body);

        var certificate = Pem.certificates(renewed.text("/certificate")).getFirst();
        assertThat(MutualTls.findName(certificate))
                .contains(CertificateName.node(ApiFixture.CLUSTER, new NodeId("n3"), 0));
        var passed =
                api.agent.post(
                        "/v1/certificates/node",
                        body,
                        "Krg-Caller",
                        "0:0",
                        "Krg-Principal",
                        "root");
        assertThat(passed.status()).isEqualTo(409);
    }

    @Test
    void aNodeGetsAnotherCertificateFromOneThatSigns() {
        var files = TlsDirectory.ofNode(directory.resolve("renewed"));
        var name = CertificateName.node(ApiFixture.CLUSTER, new NodeId("n3"), 0);
        var request = KeyRequest.make("n3");
        var authority = api.keys.authority();
        var soon = Duration.ofDays(1);
        files.write(
                authority.sign(request.text(), name, List.of(), Instant.now(), soon),
                request.keyText(),
                authority.certificate());
        var tls = NodeTls.open(files, ApiFixture.CLUSTER);
        var before = tls.certificate();
        var hosts = List.of("127.0.0.1", "n3.example.org");
        var renewal = new Renewal(files, tls, api.store::image, hosts, InstantSource.system());

        var ends = renewal.renew();

        assertThat(ends).isAfter(Instant.now().plus(Duration.ofDays(300)));
        assertThat(tls.certificate().getPublicKey()).isNotEqualTo(before.getPublicKey());
        assertThat(tls.name()).isEqualTo(name);
        assertThat(NodeTls.open(files, ApiFixture.CLUSTER).ends()).isEqualTo(ends);
        try (var client = api.as(tls)) {
            assertThat(client.get("/v1/join").status()).isEqualTo(200);
        }
    }

    @Test
    void ofANodeWhoseClockIsBehindNoCertificateIsTaken() {
        var files = TlsDirectory.ofNode(directory.resolve("late"));
        var name = CertificateName.node(ApiFixture.CLUSTER, new NodeId("n3"), 0);
        var request = KeyRequest.make("n3");
        var authority = api.keys.authority();
        files.write(
                authority.sign(request.text(), name, List.of(), Instant.now(), Duration.ofDays(30)),
                request.keyText(),
                authority.certificate());
        var tls = NodeTls.open(files, ApiFixture.CLUSTER);
        var hosts = List.of("127.0.0.1");
        var renewal = new Renewal(files, tls, api.store::image, hosts, InstantSource.system());
        api.ahead = Duration.ofDays(-350);
        try {
            assertThat(renewal.renew()).isAfter(Instant.now().plus(Duration.ofDays(300)));
        } finally {
            api.ahead = Duration.ZERO;
        }
    }

    @Test
    void rootHasANodeRenewItsCertificateThroughAnyNode() {
        for (var node : List.of(HERE, ApiFixture.AWAY)) {
            var answer = api.post("/v1/nodes/" + node.name() + "/certificate", "{}");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text("/name")).isEqualTo(node.name());
            assertThat(answer.text("/ends")).isEqualTo(Instant.EPOCH.toString());
        }
        assertThat(api.post("/v1/nodes/nowhere/certificate", "{}").status()).isEqualTo(404);
    }

    @Test
    void headersAndBodiesHaveLimits() {
        assertThat(api.get("/v1/status", "X-Long", "x".repeat(20_000)).status()).isIn(400, 431);
        assertThat(api.post("/v1/users", " ".repeat((1 << 20) + 1)).status()).isEqualTo(413);
    }

    private TestClient.Answer join(String token, String node, KeyRequest request) {
        return joinBody(token, node, request.text());
    }

    private TestClient.Answer join(String token, String node, KeyRequest request, String numbers) {
        return joinBody(token, node, request.text(), "Krg-Request", numbers);
    }

    private TestClient.Answer joinBody(
            String token, String node, String request, String... headers) {
        var body = joining(token, node, request, "");
        try (var client =
                new TestClient(api.address(), PinnedTrust.context(api.keys.signer("n1").pin()))) {
            return client.post("/v1/join", body, headers);
        }
    }

    private static String joining(String token, String node, String request, String more) {
        return "{\"token\":\"%s\",\"node\":\"%s\",\"request\":\"%s\"%s}"
                .formatted(token, node, escaped(request), more);
    }

    private static String escaped(KeyRequest request) {
        return escaped(request.text());
    }

    private static String escaped(String lines) {
        return lines.replace("\n", "\\n").replace("\r", "\\r");
    }

    private static int status(TestClient client, Endpoint endpoint) {
        return switch (endpoint.method()) {
            case "GET" -> client.get(endpoint.path()).status();
            case "DELETE" -> client.delete(endpoint.path()).status();
            default -> client.post(endpoint.path(), "{}").status();
        };
    }
}
