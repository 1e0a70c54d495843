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
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.ReportResumed;
import org.krg.state.model.HostPort;
import org.krg.state.model.MigrationId;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

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

    /// Its answer may have been lost, and who asks again gets to the node where it runs by then.
    @Test
    void aRequestThatIsRepeatedAfterItsMoveIsAnsweredLikeTheFirst() {
        var process = api.running("mover", AWAY);
        var request = new String[] {"Krg-Request", "77:1"};
        var body = "{\"to\":\"%s\",\"mode\":\"stop-copy\"}".formatted(HERE);
        var begun = api.post("/v1/processes/mover/migrations", body, request);
        assertThat(begun.status()).describedAs("%s", begun.body()).isEqualTo(201);
        finish(process, new MigrationId(begun.number("/id")));

        var again = api.post("/v1/processes/mover/migrations", body, request);

        assertThat(again.status()).describedAs("%s", again.body()).isEqualTo(201);
        assertThat(again.number("/id")).isEqualTo(begun.number("/id"));
        var another = api.post("/v1/processes/mover/migrations", body);
        assertThat(another.status()).isEqualTo(409);
        assertThat(another.text("/error/message")).contains("runs on n1 already");
    }

    private void finish(ProcessId process, MigrationId move) {
        var saved = Samples.generation(process, 1, api.process(process).epoch(), AWAY, HERE);
        api.propose(new BeginLeaving(move, 0));
        api.propose(new HandOver(move, saved, 7, Samples.START));
        api.propose(new CommitMove(move, HERE, Samples.START));
        api.propose(new ReportResumed(move, HERE, Samples.START));
    }

    private Answer looked(String to) {
        return api.post(
                "/v1/processes/mover/migrations", "{\"to\":\"%s\",\"dryRun\":true}".formatted(to));
    }
}
