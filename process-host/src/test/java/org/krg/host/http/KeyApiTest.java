// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Keys, leases and locks as JSON.
@ExtendWith(SharedApi.class)
final class KeyApiTest {
    private final ApiFixture api;

    KeyApiTest(ApiFixture api) {
        this.api = api;
    }

    @Test
    void aTransactionWritesAndAReadShowsIt() {
        var done = put("json/a", "1");
        assertThat(done).isPositive();
        var found = api.get("/v1/keys?key=json/a");
        assertThat(found.text("/keys/0/value")).isEqualTo("1");
        assertThat(found.number("/keys/0/modified")).isEqualTo(done);

        var again =
                api.post(
                        "/v1/keys/transaction",
                        """
                        {"when":[{"key":"json/a","modified":%d},{"key":"json/b","created":0}],
                         "then":[{"put":{"key":"json/a","value":"2","previous":true}},{"delete":{"prefix":"json/x"}}],
                         "otherwise":[{"range":{"key":"json/a"}}]}
                        """
                                .formatted(done));
        assertThat(again.body().path("succeeded").asBoolean()).isTrue();
        assertThat(again.text("/results/0/put/previous/value")).isEqualTo("1");
        assertThat(again.number("/results/1/delete/count")).isZero();
        assertThat(api.get("/v1/keys?prefix=json/&revision=" + done).text("/keys/0/value"))
                .isEqualTo("1");
    }

    @Test
    void bytesThatAreNoTextAreBase64() {
        api.post(
                "/v1/keys/transaction",
                """
                {"then":[{"put":{"keyBase64":"/wA=","valueBase64":"gIE="}}]}
                """);
        var found = api.get("/v1/keys?keyBase64=/wA=");
        assertThat(found.text("/keys/0/keyBase64")).isEqualTo("/wA=");
        assertThat(found.text("/keys/0/valueBase64")).isEqualTo("gIE=");
    }

    @Test
    void whatIsNoTextByOneByteIsBase64() {
        for (var bytes : List.of("w6k=", "77+9", "7b+9", "w6nD", "wIA=")) {
            api.post(
                    "/v1/keys/transaction",
                    "{\"then\":[{\"put\":{\"key\":\"json/bytes\",\"valueBase64\":\"%s\"}}]}"
                            .formatted(bytes));
            var value = api.get("/v1/keys?key=json/bytes").body().path("keys").path(0);
            var isText = value.has("value");
            assertThat(isText).isEqualTo(bytes.equals("w6k=") || bytes.equals("77+9"));
            assertThat(
                            isText
                                    ? Base64.getEncoder()
                                            .encodeToString(
                                                    value.path("value")
                                                            .asText()
                                                            .getBytes(StandardCharsets.UTF_8))
                                    : value.path("valueBase64").asText())
                    .isEqualTo(bytes);
        }
    }

    @Test
    void aLargeTransactionIsDoneAndItsMistakesAreNamed() {
        var put = "{\"put\":{\"key\":\"large/%d\",\"value\":\"" + "x".repeat(1000) + "\"}}";
        var puts =
                IntStream.range(0, 100).mapToObj(put::formatted).collect(Collectors.joining(","));
        var done = api.post("/v1/keys/transaction", "{\"then\":[" + puts + "]}");
        assertThat(done.body().path("results")).hasSize(100);
        assertThat(api.get("/v1/keys?prefix=large/&count=true").number("/count")).isEqualTo(100);
        assertMistake("{\"then\":[" + puts + ",{\"put\":{\"value\":\"1\"}}]}", "then[100].put.key");
        assertThat(api.post("/v1/keys/transaction", "{\"then\":[" + "x".repeat(1 << 20)).status())
                .isEqualTo(413);
    }

    @Test
    void mistakesNameTheirField() {
        assertMistake("{\"then\":[{\"put\":{\"key\":\"a\",\"vale\":\"1\"}}]}", "then[0].put.vale");
        assertMistake("{\"then\":[{\"put\":{\"key\":1}}]}", "then[0].put.key: is a text");
        assertMistake("{\"when\":[{\"key\":\"a\",\"is\":\"like\",\"value\":\"b\"}]}", "greater");
        assertMistake("{\"when\":[{\"key\":\"a\"}]}", "one of version");
        assertMistake("{\"then\":[{}]}", "one of put, delete");
        assertThat(api.get("/v1/keys?key=a&limit=x").text("/error/message")).contains("limit");
        assertThat(api.get("/v1/keys").text("/error/message")).contains("key");
    }

    @Test
    void aHistoryHasEveryVersionInOrder() {
        put("history/a", "1");
        put("history/a", "2");
        api.post("/v1/keys/transaction", "{\"then\":[{\"delete\":{\"key\":\"history/a\"}}]}");
        var history = api.get("/v1/keys/history?key=history/a");
        assertThat(history.body().path("changes"))
                .extracting(change -> change.path("type").asText() + change.path("value").asText())
                .containsExactly("put1", "put2", "delete");
    }

    @Test
    void aWatchGoesOnBehindTheLastEvent() {
        var first = put("seen/a", "1");
        put("seen/a", "2");
        try (var lines = api.stream("/v1/keys/watch?prefix=seen/", "Last-Event-ID", "" + first)) {
            assertThat(lines.filter(line -> line.startsWith("data: {\"apiVersion\"")).findFirst())
                    .hasValueSatisfying(line ->
                            assertThat(line).contains("\"value\":\"2\"").doesNotContain("\"1\""));
        }
    }

    @Test
    void aQuotaIsSetSeenAndTakenBack() {
        var before = api.get("/v1/keys/quotas");
        api.post("/v1/keys/quotas", "{\"principal\":\"ann\",\"keys\":2,\"bytes\":10,\"leases\":1}");
        var ann = "/principals/" + indexOf("ann") + "/";
        var set = api.get("/v1/keys/quotas");
        assertThat(set.number(ann + "limit/bytes")).isEqualTo(10);
        assertThat(set.number(ann + "limit/leases")).isEqualTo(1);
        assertThat(set.body().at(ann + "ownLimit").asBoolean()).isTrue();
        assertThat(set.number("/common/keys")).isEqualTo(before.number("/common/keys"));
        var lease = "{\"ttlSeconds\":60,\"holder\":\"ann\"}";
        var granted = api.post("/v1/leases", lease).number("/id");
        assertThat(api.get("/v1/keys/quotas").number(ann + "leases")).isEqualTo(1);
        assertThat(api.post("/v1/leases", lease).text("/error/message"))
                .contains("user \"ann\" may hold 1 leases");
        api.delete("/v1/leases/" + granted);
        api.post("/v1/keys/quotas", "{\"principal\":\"ann\",\"keys\":3}");
        var changed = api.get("/v1/keys/quotas");
        assertThat(changed.number(ann + "limit/keys")).isEqualTo(3);
        assertThat(changed.number(ann + "limit/bytes")).isEqualTo(10);
        assertThat(changed.number(ann + "limit/leases")).isEqualTo(1);
        assertThat(api.post("/v1/keys/quotas", "{\"principal\":\"ann\"}").status()).isEqualTo(400);

        assertThat(api.delete("/v1/keys/quotas?principal=ann").body().path("principals"))
                .isEqualTo(before.body().path("principals"));
        assertThat(api.post("/v1/keys/keep", "{\"keptRevisions\":500}").number("/keptRevisions"))
                .isEqualTo(500);
        assertThat(api.post("/v1/keys/quotas", "{\"keys\":-1,\"bytes\":1}").text("/error/message"))
                .contains("keys");
        api.post("/v1/keys/keep", "{\"keptRevisions\":" + before.number("/keptRevisions") + "}");
    }

    private int indexOf(String principal) {
        var principals = api.get("/v1/keys/quotas").body().path("principals");
        return IntStream.range(0, principals.size())
                .filter(i -> principals.path(i).path("principal").asText().equals(principal))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLeaseLastsAndIsGivenBackWithItsKeys() {
        var granted = api.post("/v1/leases", "{\"ttlSeconds\":60,\"holder\":\"me\"}");
        assertThat(granted.status()).isEqualTo(201);
        var id = granted.number("/id");
        api.post(
                "/v1/keys/transaction",
                "{\"then\":[{\"put\":{\"key\":\"leased\",\"value\":\"1\",\"lease\":%d}}]}"
                        .formatted(id));
        assertThat(api.post("/v1/leases/" + id + "/renew", "").number("/remainingSeconds"))
                .isBetween(55L, 60L);
        assertThat(api.get("/v1/leases/" + id).text("/keys/0/key")).isEqualTo("leased");
        assertThat(api.delete("/v1/leases/" + id).text("/keys/0/key")).isEqualTo("leased");
        assertThat(api.get("/v1/leases/" + id).status()).isEqualTo(404);
        assertThat(api.get("/v1/keys?key=leased").number("/count")).isZero();
    }

    @Test
    void aLockHasATokenThatGrows() {
        var first = lease();
        var second = lease();
        var held = lock("json-lock", first, 10);
        assertThat(held.body().path("held").asBoolean()).isTrue();
        assertThat(lock("json-lock", second, 0).body().path("held").asBoolean()).isFalse();
        api.delete("/v1/leases/" + first);
        var passedOn = lock("json-lock", second, 10);
        assertThat(passedOn.body().path("held").asBoolean()).isTrue();
        assertThat(passedOn.number("/token")).isGreaterThan(held.number("/token"));
        api.delete("/v1/leases/" + second);
        assertThat(lock("json-lock", second, 0).status()).isEqualTo(404);
    }

    @Test
    void whoDoesNotWaitGetsAFreeLockAndNoHeldOne() {
        var first = lease();
        var second = lease();
        assertThat(lock("at-once", first, 0).body().path("held").asBoolean()).isTrue();
        assertThat(lock("at-once", second, 0).body().path("held").asBoolean()).isFalse();
        api.delete("/v1/leases/" + first);
        api.delete("/v1/leases/" + second);
    }

    private TestClient.Answer lock(String name, long lease, int seconds) {
        return api.post(
                "/v1/locks",
                "{\"name\":\"%s\",\"lease\":%d,\"waitSeconds\":%d}"
                        .formatted(name, lease, seconds));
    }

    private long lease() {
        return api.post("/v1/leases", "{\"ttlSeconds\":60}").number("/id");
    }

    private long put(String key, String value) {
        return api.post(
                        "/v1/keys/transaction",
                        "{\"then\":[{\"put\":{\"key\":\"%s\",\"value\":\"%s\"}}]}"
                                .formatted(key, value))
                .number("/revision");
    }

    private void assertMistake(String body, String message) {
        var answer = api.post("/v1/keys/transaction", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/error/message") + answer.text("/error/remedy")).contains(message);
    }
}
