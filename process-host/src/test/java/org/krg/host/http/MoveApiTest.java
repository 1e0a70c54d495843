// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.http.ApiFixture.AWAY;
import static org.krg.host.http.ApiFixture.HERE;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.HostFailure;
import org.krg.host.http.TestClient.Answer;
import org.krg.host.model.Obstacle;
import org.krg.state.model.HostPort;

/// Where to a process is moved that may go anywhere.
@Timeout(60)
class MoveApiTest {
    @TempDir private Path directory;

    private ApiFixture api;

    @BeforeEach
    void start() {
        api = ApiFixture.start(directory);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void aNodeThatDoesNotAnswerIsPassedOver() {
        api.running("load", AWAY);
        api.running("mover", HERE);
        // Has nothing to do, and so is better; nobody listens there.
        api.register("n3", new HostPort("127.0.0.1", 1));

        var found = looked("auto");

        assertThat(found.status()).describedAs("%s", found.body()).isEqualTo(200);
        assertThat(found.text("/to")).isEqualTo("n2");
        assertThat(looked("n3").text("/error/code")).isEqualTo("NO_QUORUM");

        api.away.lacking.add(new Obstacle("node n2", "the file /a is missing", "copy it"));
        var none = looked("auto");
        assertThat(none.text("/error/code")).isEqualTo("NO_QUORUM");
        assertThat(none.text("/error/message"))
                .contains("the file /a is missing", "node n3 at 127.0.0.1:1 cannot be reached");
    }

    @Test
    void whatANodeAnswersInsteadIsNotTakenForItsSilence() {
        api.running("mover", HERE);
        api.away.lacksFails =
                Optional.of(new HostFailure(HostFailure.Code.FAILED, "it broke", "mend it"));

        var none = looked("auto");

        assertThat(none.text("/error/code")).isEqualTo("FAILED");
        assertThat(none.text("/error/message")).contains("it broke");
    }

    private Answer looked(String to) {
        return api.post(
                "/v1/processes/mover/migrations", "{\"to\":\"%s\",\"dryRun\":true}".formatted(to));
    }
}
