// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.http.ApiFixture.submission;

import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.engine.FakeStore;
import org.krg.host.http.TestClient.Answer;
import org.krg.host.tls.Keys;
import org.krg.policy.bundle.Bundle;
import org.krg.state.model.HostPort;
import org.krg.state.model.Revision;
import org.krg.testkit.Samples;

/// What is answered when the store cannot do what it should.
@Timeout(30)
final class FailureApiTest {
    private final FakeStore store = new FakeStore(Samples.HOME);
    private final UserParts users = new UserParts(store);
    private ApiServer api;
    private TestClient client;
    private TestClient agent;

    @BeforeEach
    void start(@TempDir Path directory) {
        store.lead(true);
        var keys = new Keys(ApiFixture.CLUSTER, directory.resolve("keys"));
        api =
                ApiServer.open(
                        new ApiConfig(
                                Samples.HOME,
                                directory,
                                new HostPort("127.0.0.1", 0),
                                ApiFixture.CLUSTER,
                                "test",
                                keys.node("n1").mutual(),
                                "0.1.0"),
                        new ApiParts(
                                store,
                                users.leases,
                                users.queues,
                                new FakeProcessHost(),
                                ApiFixture.DESTINATIONS,
                                Bundle::read,
                                new MetricRegistry(),
                                List::of,
                                Optional::empty,
                                InstantSource.system(),
                                keys.signer("n1"),
                                () -> Instant.EPOCH,
                                () -> "",
                                new NoPages(() -> true),
                                new NoContents(),
                                new RecordingAudit(),
                                ApiFixture.comparison(store),
                                Optional::empty));
        client = new TestClient(api.address());
        agent = new TestClient(api.address(), keys.node("n3"));
    }

    @AfterEach
    void stop() {
        client.close();
        agent.close();
        api.close();
        users.close();
    }

    @Test
    void withoutAQuorumNothingIsReadOrChangedButThisReplica() {
        store.quorum(false);

        refused(client.get("/v1/jobs"), 503, "NO_QUORUM", 8);
        refused(client.post("/v1/jobs", submission("heat")), 503, "NO_QUORUM", 8);
        refused(client.get("/v1/keys/history?key=a"), 503, "NO_QUORUM", 8);
        assertThat(client.get("/v1/jobs?stale=true").status()).isEqualTo(200);
        assertThat(client.get("/v1/status").status()).isEqualTo(200);
    }

    @Test
    void withoutALeaderTheNodeIsNotHealthy() {
        store.lead(false);

        var health = client.get("/v1/health");

        assertThat(health.status()).isEqualTo(503);
        assertThat(health.text("/problems/0")).contains("no leader");
        assertThat(client.get("/v1/status").body().path("ready").asBoolean()).isFalse();
        refused(
                agent.post(
                        "/v1/members",
                        "{\"node\":\"n3\",\"peerId\":\"n3.1\",\"raft\":\"127.0.0.1:1\"}"),
                503,
                "NO_QUORUM",
                8);
    }

    @Test
    void aLostAnswerCannotBeToldAndIsFoundByARepetition() {
        store.loseAnswers(true);
        refused(
                client.post("/v1/jobs", submission("heat"), "Krg-Request", "7:1"),
                504,
                "TIMED_OUT",
                7);

        store.loseAnswers(false);

        var repeated = client.post("/v1/jobs", submission("heat"), "Krg-Request", "7:1");
        assertThat(repeated.status()).isEqualTo(201);
        assertThat(client.get("/v1/jobs").body().path("jobs")).hasSize(1);
    }

    @Test
    void eventsThatAreNoLongerKeptAreGone() {
        store.compact(new Revision(9));

        refused(client.get("/v1/events?after=3"), 410, "COMPACTED", 5);
        try (var lines = client.stream("/v1/watch?after=3")) {
            assertThat(lines.toList())
                    .contains("event: compacted")
                    .anyMatch(line -> line.startsWith("data: {\"first\":10,"));
        }
    }

    @Test
    void whatNobodyThoughtOfIsAFailureOfTheAgent() {
        // Nothing is stored here that could be digested.
        refused(client.get("/v1/state/hash"), 500, "FAILED", 1);
    }

    private static void refused(Answer answer, int status, String code, int exit) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("/error/code")).isEqualTo(code);
        assertThat(answer.number("/error/exit")).isEqualTo(exit);
        assertThat(answer.text("/error/message")).isNotEmpty();
        assertThat(answer.text("/error/remedy")).isNotEmpty();
    }
}
