// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.state.model.Identity;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.testkit.Samples;

/// Who may take an archive in. What is wrong with the bytes is told by
/// [org.krg.checkpoint.IncomingGeneration]'s own tests; here the signature is always good.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class ArchiveApiTest {
    private static final byte[] BODY = new byte[200_000];

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
    void anotherUsersProgramIsNotTakenInAndNoJobIsMade() {
        archive(1001, 1001, List.of());
        var refused = as("1000:1000");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/error/message")).contains("uid 1001");
        assertThat(api.here.asked).contains("archive closed");
        assertThat(api.get("/v1/jobs").body().path("jobs")).isEmpty();
    }

    @Test
    void rootsProgramAndGroupsThatOneHasNotAreNotTakenIn() {
        archive(0, 0, List.of());
        assertThat(as("1000:1000").status()).isEqualTo(403);
        archive(1000, 0, List.of());
        assertThat(as("1000:1000").status()).isEqualTo(403);
        archive(1000, 1000, List.of(27));
        assertThat(as("1000:1000").status()).isEqualTo(403);
        // Their own: what stops it then is that the contents are torn.
        archive(1000, 1000, List.of(27));
        assertThat(as("1000:1000,27").status()).isEqualTo(500);
    }

    @Test
    void rootMayTakeAnyProgramInAndSayWhomToBelieve() {
        archive(1001, 1001, List.of());
        assertThat(as("0:0").text("/error/code")).isEqualTo("CORRUPT");
        assertThat(as("0:0", "?authority=AAAA").status()).isEqualTo(500);
        assertThat(as("0:0", "?authority=%20").status()).isEqualTo(400);
        assertThat(as("1001:1001", "?authority=AAAA").text("/error/message"))
                .contains("only root says");
    }

    private void archive(int uid, int gid, List<Integer> groups) {
        var spec = Samples.spec();
        var runAs = new Identity(uid, gid, groups, "u" + uid);
        api.here.archived =
                new ArchiveHead(
                        ApiFixture.CLUSTER,
                        new NodeId("n1"),
                        Instant.EPOCH,
                        "heat",
                        new JobSpec(
                                spec.program(),
                                runAs,
                                spec.reserve(),
                                spec.limits(),
                                spec.restart(),
                                spec.recovery(),
                                spec.checkpoint(),
                                spec.onPartition(),
                                List.of()),
                        Optional.empty(),
                        Duration.ZERO);
    }

    private TestClient.Answer as(String caller) {
        return as(caller, "");
    }

    private TestClient.Answer as(String caller, String query) {
        return api.agent.postRaw(
                "/v1/checkpoints" + query, BODY, "Krg-Caller", caller, "Krg-Principal", "root");
    }
}
