// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.http.TestClient.Answer;
import org.krg.host.http.view.Json;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class PolicyApiTest {
    private static final String POLICIES = "/v1/policies";

    @TempDir static Path directory;

    private ApiFixture api;

    @BeforeAll
    void start() {
        api = ApiFixture.start(directory);
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void aTextIsAVersionThatCanBeActivatedAndRolledBack() {
        var first = store("node.tasks", false);
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.body().path("version").asLong()).isEqualTo(1);
        assertThat(first.body().path("active").asBoolean()).isFalse();
        assertThat(active()).isEqualTo("built-in");

        var second = store("1", true);
        assertThat(second.body().path("version").asLong()).isEqualTo(2);
        assertThat(active()).isEqualTo("packed@2");
        assertThat(api.get(POLICIES + "/packed@1").text("/text")).contains("node.tasks");
        assertThat(api.get(POLICIES + "/packed").text("/about")).isEqualTo("fills");
        assertThat(api.delete(POLICIES + "/packed").status()).isEqualTo(409);

        activate("packed@1");
        assertThat(active()).isEqualTo("packed@1");
        assertThat(api.post(POLICIES + "/rollback", "{}").text("/active")).isEqualTo("packed@2");
        activate("built-in");
        assertThat(api.delete(POLICIES + "/packed").body().path("policies")).isEmpty();
    }

    @Test
    void whatIsWrongIsSaidAndNothingIsStored() {
        var refused = store("node.taskz", true);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("/error/message"))
                .contains("line 3, column 16")
                .contains("there is no node.taskz");
        assertThat(api.get(POLICIES).body().path("policies")).isEmpty();
        assertThat(api.get(POLICIES + "/nothing").status()).isEqualTo(404);
        assertThat(api.get(POLICIES + "/nothing@x").status()).isEqualTo(404);
        assertThat(
                        api.post(
                                        POLICIES + "/activate",
                                        Json.object().put("policy", "nothing").toString())
                                .status())
                .isEqualTo(404);
    }

    private Answer store(String score, boolean activate) {
        var text =
                "policy.name = 'packed'\npolicy.about = 'fills'\nplace.score = ['%s']"
                        .formatted(score);
        var body = Json.object().put("text", text).put("activate", activate);
        return api.post(POLICIES, body.toString());
    }

    private void activate(String policy) {
        var body = Json.object().put("policy", policy);
        assertThat(api.post(POLICIES + "/activate", body.toString()).status()).isEqualTo(200);
    }

    private String active() {
        return api.get(POLICIES).text("/active");
    }
}
