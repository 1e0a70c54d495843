// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.http.ApiFixture.AWAY;
import static org.krg.host.http.ApiFixture.HERE;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.state.model.ProcessId;

/// To have a process stand still, and go on.
@ExtendWith(SharedApi.class)
final class FreezeApiTest {
    private final ApiFixture api;

    FreezeApiTest(ApiFixture api) {
        this.api = api;
    }

    @AfterEach
    void goOn() {
        api.here.standing = false;
        api.away.standing = false;
    }

    @Test
    void theAnswerSaysThatItStands() {
        var _ = api.running("stands", HERE);
        api.here.standing = true;

        var frozen = api.post("/v1/processes/stands/freeze", "{}");

        assertThat(frozen.status()).isEqualTo(200);
        assertThat(frozen.body().path("frozen").asBoolean()).isTrue();
        assertThat(frozen.body().path("stands").asBoolean()).isTrue();
        assertThat(api.get("/v1/processes/stands").body().path("frozen").asBoolean()).isTrue();

        api.here.standing = false;
        var goesOn = api.post("/v1/processes/stands/unfreeze", "{}");

        assertThat(goesOn.body().has("frozen")).isFalse();
        assertThat(goesOn.body().path("stands").asBoolean()).isFalse();
    }

    @Test
    void theNodeOfTheFirstRankThatHasNotEndedSaysSo() {
        var submission = ApiFixture.submission("ranks").replaceFirst("\\{", "{\"ranks\":2,");
        var job = api.post("/v1/jobs", submission);
        var first = new ProcessId(job.number("/processes/0/id"));
        api.place(first, HERE);
        api.place(new ProcessId(job.number("/processes/1/id")), AWAY);
        api.exit(first, 0);
        api.away.standing = true;

        var frozen = api.post("/v1/processes/ranks/freeze", "{}");

        assertThat(frozen.status()).describedAs("%s", frozen.body()).isEqualTo(200);
        assertThat(frozen.text("/target")).isEqualTo("ranks/1");
        assertThat(frozen.body().path("stands").asBoolean()).isTrue();
    }

    @Test
    void theNodeThatHostsItSaysSo() {
        var _ = api.running("stands-elsewhere", AWAY);
        api.away.standing = true;

        var frozen = api.post("/v1/processes/stands-elsewhere/freeze", "{}");

        assertThat(frozen.body().path("stands").asBoolean()).isTrue();
    }

    @Test
    void whatStandsStillMovesNowhereUntilItIsLetGoOn() {
        var _ = api.running("ice", HERE);
        api.here.standing = true;
        assertThat(api.post("/v1/processes/ice/freeze", "{}").status()).isEqualTo(200);

        for (var to : List.of("auto", AWAY.name())) {
            var refused = api.post("/v1/processes/ice/migrations", "{\"to\":\"%s\"}".formatted(to));

            // That of what cannot move, and not only not now.
            assertThat(refused.text("/error/code")).isEqualTo("NOT_CHECKPOINTABLE");
            assertThat(refused.text("/error/message"))
                    .contains("somebody froze it", "checkpoint unfreeze");
        }
        assertThat(api.get("/v1/processes/ice/check").body().path("obstacles")).isEmpty();
    }

    @Test
    void whatIsOverOrUnknownDoesNotStandStill() {
        var id = api.running("over", HERE);
        api.exit(id, 0);

        assertThat(api.post("/v1/processes/over/freeze", "{}").status()).isEqualTo(409);
        assertThat(api.post("/v1/processes/nobody/freeze", "{}").status()).isEqualTo(404);
        assertThat(api.post("/v1/processes/nobody/unfreeze", "{}").status()).isEqualTo(404);
    }

    @Test
    void aBodyThatAsksForMoreIsRefused() {
        var _ = api.running("bodies", HERE);

        assertThat(api.post("/v1/processes/bodies/freeze", "{\"deep\":true}").status())
                .isEqualTo(400);
        assertThat(api.get("/v1/processes/bodies").body().has("frozen")).isFalse();
    }
}
