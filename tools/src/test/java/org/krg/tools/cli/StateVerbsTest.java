// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.tools.http.FakeAgent.error;
import static org.krg.tools.http.FakeAgent.hanging;
import static org.krg.tools.http.FakeAgent.json;
import static org.krg.tools.http.FakeAgent.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.tools.http.FakeAgent;
import org.krg.tools.http.FakeAgent.Part;
import org.krg.tools.http.Json;

/// The verbs about keys against an agent whose answers the test has written.
final class StateVerbsTest {
    private static final String DONE =
            """
            {"revision":9,"succeeded":true,"results":[{"delete":{"count":2}}]}
            """;
    private static final String KEYS =
            """
            {"revision":9,"count":2,"more":false,"keys":[
             {"key":"a","value":"1","created":3,"modified":5,"version":2,"lease":7},
             {"keyBase64":"/wA=","valueBase64":"gIE=","created":4,"modified":4,"version":1}]}
            """;

    private final Map<String, Part> answers = new LinkedHashMap<>();
    private final FakeAgent agent = new FakeAgent(this::answer);

    @AfterEach
    void close() {
        agent.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        for (var entry : answers.entrySet()) {
            if (path.startsWith(entry.getKey())) {
                entry.getValue().play(exchange);
                return;
            }
        }
        error(404, "NOT_FOUND", 3).play(exchange);
    }

    @Test
    void aSnapshotIsToldOfWithItsSize() {
        answers.put(
                "POST /v1/state/snapshot",
                json(200, "{\"node\":\"n1\",\"index\":42,\"bytes\":2097152,\"tookSeconds\":0.2}"));
        var result = run("state", "snapshot");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).contains("n1 has a snapshot of 2 MiB up to log entry 42");
    }

    @Test
    void putIsATransactionWithItsCondition() throws JsonProcessingException {
        answers.put("POST /v1/keys/transaction", json(200, DONE));
        var result = run("state", "put", "a", "1", "--lease", "7", "--if-revision", "5");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).isEqualTo("revision 9 wrote a\n");
        assertThat(Json.parse(agent.asked().getFirst().body()))
                .isEqualTo(
                        Json.parse(
                                """
                                {"when":[{"key":"a","modified":5}],"otherwise":[{"range":{"key":"a"}}],
                                 "then":[{"put":{"key":"a","value":"1","lease":7}}]}
                                """));
    }

    @Test
    void aConditionThatDoesNotHoldIsExitCode5() {
        answers.put(
                "POST /v1/keys/transaction",
                json(200, "{\"succeeded\":false,\"results\":[{\"range\":%s}]}".formatted(KEYS)));
        var result = run("state", "put", "a", "1", "--if-absent");
        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).contains("revision 5 wrote a last").contains("state get a");
    }

    @Test
    void getPrintsTheValueOrEndsWith3() {
        answers.put("GET /v1/keys?key=a", json(200, KEYS));
        answers.put("GET /v1/keys?key=none", json(200, "{\"keys\":[]}"));
        assertThat(run("state", "get", "a").out()).isEqualTo("1\n");
        assertThat(run("state", "get", "a", "--base64").exit()).isEqualTo(3);
        assertThat(run("state", "get", "none").exit()).isEqualTo(3);
        answers.put("GET /v1/keys?keyBase64=YQ", json(200, KEYS));
        assertThat(run("state", "get", "YQ==", "--base64").out()).isEqualTo("MQ==\n");
    }

    @Test
    void rangeNamesItsKeysInOneWay() {
        answers.put("GET /v1/keys?prefix=&limit=5", json(200, KEYS));
        assertThat(run("state", "range", "", "--limit", "5").out())
                .contains("KEY", "REVISION", "VALUE", "base64:gIE=")
                .hasLineCount(3);
        assertThat(run("state", "range").exit()).isEqualTo(2);
        assertThat(run("state", "range", "a", "--from", "b").exit()).isEqualTo(2);
    }

    @Test
    void deleteSaysHowManyAndEndsWith3WhenNothing() {
        answers.put("POST /v1/keys/transaction", json(200, DONE));
        assertThat(run("state", "delete", "--prefix", "a").err())
                .isEqualTo("revision 9 deleted 2 keys\n");
        answers.put("POST /v1/keys/transaction", json(200, DONE.replace('2', '0')));
        assertThat(run("state", "delete", "a").exit()).isEqualTo(3);
    }

    @Test
    void aWatchGoesOnBehindWhatItSawAndEndsAtACompaction() {
        var script =
                new FakeAgent(
                        stream(
                                """
                                event: bookmark
                                id: 4
                                data: {"revision":4}

                                id: 5
                                data: {"revision":5,"changes":[{"type":"put","key":"a","value":"1","modified":5}]}

                                """),
                        stream(
                                """
                                id: 6
                                data: {"revision":6,"changes":[{"type":"delete","key":"a","modified":6,"previous":{"value":"1"}}]}

                                event: compacted
                                data: {"first":9,"message":"gone"}

                                """));
        try (script) {
            var result = Cli.with(script).run("state", "watch", "a", "--previous");
            assertThat(result.out()).isEqualTo("5 put a 1 (was not there)\n6 delete a (was 1)\n");
            assertThat(result.exit()).isEqualTo(5);
            assertThat(result.err()).contains("gone").contains("9");
            assertThat(script.asked().get(1).lastEventId()).isEqualTo("5");
        }
    }

    @Test
    void aTransactionOfAFileEndsWith5WhenOtherwiseWasDone(@TempDir Path directory)
            throws IOException {
        var file = Files.writeString(directory.resolve("txn.json"), "{\"then\":[]}");
        answers.put("POST /v1/keys/transaction", json(200, DONE));
        assertThat(run("state", "txn", file.toString()).exit()).isZero();
        answers.put("POST /v1/keys/transaction", json(200, "{\"succeeded\":false}"));
        assertThat(run("state", "txn", file.toString()).exit()).isEqualTo(5);
        var broken = Files.writeString(directory.resolve("broken.json"), "{");
        assertThat(run("state", "txn", broken.toString()).exit()).isEqualTo(2);
        assertThat(run("state", "txn", "/no/such/file").exit()).isEqualTo(3);
    }

    @Test
    void aLockIsHeldWhileItsCommandRuns() throws JsonProcessingException {
        answers.put("POST /v1/leases/7/renew", json(200, "{\"remainingSeconds\":10}"));
        answers.put("POST /v1/leases", json(201, "{\"id\":7}"));
        answers.put("POST /v1/locks", json(200, "{\"held\":true,\"token\":42}"));
        answers.put("DELETE /v1/leases/7", json(200, "{}"));
        var result =
                run("state", "lock", "mine", "--", "sh", "-c", "exit $((KRG_LOCK_TOKEN - 40))");
        assertThat(result.exit()).isEqualTo(2);
        assertThat(agent.asked().getLast().method()).isEqualTo("DELETE");
        assertThat(agent.asked()).anyMatch(it -> it.body().contains("\"name\":\"mine\""));
        // Only root may have somebody else hold a lease.
        assertThat(agent.asked().getFirst().body()).isEqualTo("{\"ttlSeconds\":10.000}");
    }

    @Test
    void aCommandWhoseLeaseIsLostIsStopped() {
        answers.put("POST /v1/leases/7/renew", error(404, "NOT_FOUND", 3));
        answers.put("POST /v1/leases", json(201, "{\"id\":7}"));
        answers.put("POST /v1/locks", json(200, "{\"held\":true,\"token\":42}"));
        var result = run("state", "lock", "mine", "--ttl", "2s", "--", "sleep", "60");
        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).contains("the lease of the lock is over");
    }

    /// Long before the request for a renewal is given up.
    @Test
    void aCommandIsStoppedBeforeALeaseEndsWhoseRenewalIsNotAnswered() {
        answers.put("POST /v1/leases/7/renew", hanging());
        answers.put("POST /v1/leases", json(201, "{\"id\":7}"));
        answers.put("POST /v1/locks", json(200, "{\"held\":true,\"token\":42}"));
        answers.put("DELETE /v1/leases/7", json(200, "{}"));
        var began = System.nanoTime();
        var result = run("state", "lock", "mine", "--ttl", "2s", "--", "sleep", "60");
        assertThat(result.exit()).isEqualTo(5);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void aLockThatSomebodyElseHoldsTimesOut() {
        answers.put("POST /v1/leases", json(201, "{\"id\":7}"));
        answers.put("POST /v1/locks", json(200, "{\"held\":false,\"token\":42}"));
        answers.put("DELETE /v1/leases/7", json(200, "{}"));
        assertThat(run("state", "lock", "mine", "--timeout", "0s", "--", "true").exit())
                .isEqualTo(7);
    }

    @Test
    void leases() {
        answers.put("POST /v1/leases", json(201, "{\"id\":7}"));
        answers.put(
                "GET /v1/leases/7",
                json(
                        200,
                        "{\"id\":7,\"ttlSeconds\":30,\"remainingSeconds\":29.5,\"keys\":[{\"key\":\"a\"}]}"));
        assertThat(run("state", "lease", "grant", "30s").out()).isEqualTo("7\n");
        assertThat(agent.asked().getFirst().body()).contains("\"ttlSeconds\":30.000");
        assertThat(run("state", "lease", "show", "7").out()).contains("29.5 s", "keys", "a");
        assertThat(run("state", "lease", "renew").exit()).isEqualTo(2);
        assertThat(run("state", "lease", "revoke", "8").exit()).isEqualTo(3);
    }

    @Test
    void quotas() {
        var quotas =
                """
                {"revision":9,"keptRevisions":0,"common":{"keys":100,"bytes":2048,"leases":10000},"principals":[
                 {"principal":"ann","keys":3,"bytes":40,"leases":1,"ownLimit":true,"limit":{"keys":5,"bytes":1024,"leases":7}}]}
                """;
        answers.put("GET /v1/keys/quotas", json(200, quotas));
        answers.put("POST /v1/keys/quotas", json(200, quotas));
        answers.put("DELETE /v1/keys/quotas?principal=ann", json(200, quotas));
        assertThat(run("state", "quota", "list").out())
                .containsSubsequence("ann", "3", "5", "40", "1 KiB", "1", "7", "yes")
                .containsSubsequence("everybody else", "100", "2 KiB", "10000", "all are kept");
        assertThat(
                        run(
                                        "state",
                                        "quota",
                                        "set",
                                        "ann",
                                        "--keys",
                                        "5",
                                        "--bytes",
                                        "1K",
                                        "--leases",
                                        "7")
                                .exit())
                .isZero();
        assertThat(agent.asked().getLast().body())
                .isEqualTo("{\"keys\":5,\"bytes\":1024,\"leases\":7,\"principal\":\"ann\"}");
        assertThat(run("state", "quota", "unset", "ann").exit()).isZero();
        assertThat(run("state", "quota", "set", "ann", "--leases", "2").exit()).isZero();
        assertThat(agent.asked().getLast().body())
                .isEqualTo("{\"leases\":2,\"principal\":\"ann\"}");
        assertThat(run("state", "quota", "set", "ann").exit()).isEqualTo(2);
        assertThat(run("state", "quota", "keep", "many").exit()).isEqualTo(2);
    }

    private Cli.Result run(String... words) {
        return Cli.with(agent).run(words);
    }
}
