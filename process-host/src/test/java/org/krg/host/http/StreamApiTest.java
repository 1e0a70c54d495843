// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.http.ApiFixture.AWAY;
import static org.krg.host.http.ApiFixture.HERE;
import static org.krg.host.http.ApiFixture.submission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.host.HostFailure;
import org.krg.host.OutputStreamName;
import org.krg.host.RestartMark;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.model.Epoch;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

@ExtendWith(SharedApi.class)
@Timeout(30)
final class StreamApiTest {
    private final ApiFixture api;

    StreamApiTest(ApiFixture api) {
        this.api = api;
    }

    @Test
    void logsEndWithTheReasonAndTheExitCode() {
        var id = api.running("printer", HERE);
        api.here.write(id, 1, OutputStreamName.STDOUT, "hello\n");
        api.here.write(id, 1, OutputStreamName.STDERR, "oh\n");

        assertThat(logs("printer?stream=both"))
                .containsExactly("out 0 hello\n", "err 0 oh\n", "end it runs");
        assertThat(logs("printer?offset=2")).containsExactly("out 2 llo\n", "end it runs");

        api.here.end(id, 1);
        api.exit(id, 7);
        assertThat(logs("printer?stream=stderr&follow=true"))
                .containsExactly("err 0 oh\n", "end it exited with 7 7");
    }

    @Test
    void theEndOfWhatIsThereCanBeAskedFor() {
        var id = api.running("talker", HERE);
        api.here.write(id, 1, OutputStreamName.STDOUT, "a long story");

        assertThat(logs("talker?last=5")).containsExactly("out 7 story", "end it runs");
        assertThat(logs("talker?last=50")).containsExactly("out 0 a long story", "end it runs");
    }

    @Test
    void outputThatGoesOutOfReachIsNotTakenForAllOfIt() {
        var id = api.running("half", AWAY);
        api.away.write(id, 1, OutputStreamName.STDOUT, "some");
        api.away.write(id, 1, OutputStreamName.STDERR, "more");
        api.away.breakOutput(id, 1, OutputStreamName.STDERR);

        try (var lines = api.stream("/v1/processes/half/logs?stream=both")) {
            var events = lines.toList();
            assertThat(events).anyMatch(line -> line.contains("the rest is out of reach"));
            assertThat(events).anyMatch(line -> line.contains("\"complete\":false"));
        }
    }

    @Test
    void outputOfAnotherNodeComesThroughThisOne() {
        var id = api.running("remote", AWAY);
        api.away.write(id, 1, OutputStreamName.STDOUT, "from afar\n");

        assertThat(logs("remote")).containsExactly("out 0 from afar\n", "end it runs");
    }

    @Test
    void followingGoesOnWithTheNextIncarnationWhereverItIs() {
        var id = api.running("mover", AWAY);
        api.propose(new CommitGeneration(Samples.generation(id, 1, epoch(id), AWAY, HERE), 1));
        api.away.write(id, 1, OutputStreamName.STDOUT, "one two lost");
        try (var lines = api.stream("/v1/processes/mover/logs?follow=true")) {
            var events = lines.iterator();
            assertThat(next(events)).isEqualTo("out 0 one two lost");

            api.here.mark(id, 2, new RestartMark(1, 8, 0));
            api.here.write(id, 2, OutputStreamName.STDOUT, "one two three");
            // So that it does not stay where it is.
            api.propose(new CordonNode(AWAY, true));
            api.propose(new RestoreFrom(id, 1, Samples.START));
            api.propose(new CordonNode(AWAY, false));
            api.place(id, HERE);

            assertThat(next(events)).isEqualTo("mark epoch 2 generation 1 stdout 8");
            assertThat(next(events)).isEqualTo("out 8 three");
            api.here.end(id, 2);
            api.exit(id, 0);
            assertThat(next(events)).isEqualTo("end it exited with 0 0");
            assertThat(rest(events)).isEmpty();
        }
        // Whoever comes back with an offset of the lost incarnation is told where it goes on.
        assertThat(logs("mover?offset=12"))
                .containsExactly(
                        "mark epoch 2 generation 1 stdout 8",
                        "out 8 three",
                        "end it exited with 0 0");
    }

    @Test
    void followingWaitsForAProcessThatHasNoNodeYet() {
        var id = new ProcessId(api.post("/v1/jobs", submission("later")).number("/processes/0/id"));
        assertThat(logs("later")).containsExactly("end it waits for a node");
        try (var lines = api.stream("/v1/processes/later/logs?follow=true")) {
            var events = lines.iterator();
            api.here.write(id, 1, OutputStreamName.STDOUT, "at last\n");
            api.place(id, HERE);
            assertThat(next(events)).isEqualTo("out 0 at last\n");
        }
    }

    @Test
    void outputOfALostNodeIsOutOfReach() {
        var id = api.running("lonely", AWAY);
        api.fence(AWAY);
        try {
            var answer = api.get("/v1/processes/lonely/logs");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text("/error/code")).isEqualTo("NO_QUORUM");
            assertThat(answer.text("/error/message")).contains("node n2 is lost");
            assertThat(api.process(id).lastNode()).contains(AWAY);
        } finally {
            api.bringBack(AWAY);
        }
    }

    @Test
    void watchSendsEveryEventAndGoesOnBehindTheLastOneSeen() {
        var before = api.get("/v1/nodes").number("/revision");
        var job = api.post("/v1/jobs", submission("watched"));
        var ids = new ArrayList<String>();
        try (var lines = api.stream("/v1/watch?after=" + before)) {
            var events = lines.iterator();
            ids.add(id(events));
            ids.add(id(events));
        }
        assertThat(ids)
                .containsExactly(job.number("/revision") + ".0", job.number("/revision") + ".1");
        try (var lines = api.stream("/v1/watch", "Last-Event-ID", ids.getFirst())) {
            var events = lines.iterator();
            assertThat(id(events)).isEqualTo(ids.getLast());
            var stopped = api.post("/v1/jobs/watched/stop", "{}");
            assertThat(id(events)).isEqualTo(stopped.number("/revision") + ".0");
        }
        assertThat(api.get("/v1/watch", "Last-Event-ID", "x").status()).isEqualTo(400);
    }

    @Test
    void eventsAreListedFromARevisionOn() {
        var before = api.get("/v1/nodes").number("/revision");
        var _ = api.post("/v1/jobs", submission("listed"));

        var events = api.get("/v1/events?limit=1&after=" + before).body().path("events");

        // Whole operations, also beyond the limit.
        assertThat(events).hasSize(2);
        assertThat(events.path(0).path("type").asText()).isEqualTo("job.submitted");
        assertThat(events.path(0).path("target").asText()).isEqualTo("listed");
        assertThat(events.path(1).path("type").asText()).isEqualTo("process.created");
        assertThat(events.path(1).path("target").asText()).isEqualTo("listed/0");
        assertThat(events.path(1).path("object").path("phase").asText()).isEqualTo("waiting");
        assertThat(api.get("/v1/events?after=x").status()).isEqualTo(400);
    }

    @Test
    void inputReachesTheHostOnWhicheverNode() {
        var near = api.running("near", HERE);
        var far = api.running("far", AWAY);
        var bytes = "some input".getBytes(StandardCharsets.UTF_8);

        var written = api.postRaw("/v1/processes/near/stdin", bytes);
        assertThat(written.number("/written")).isEqualTo(bytes.length);
        assertThat(api.here.asked).contains("stdin " + near + ".1 some input false");
        assertThat(api.postRaw("/v1/processes/far/stdin?eof=true", bytes).status()).isEqualTo(200);
        assertThat(api.away.asked).contains("stdin " + far + ".1 some input true");
        assertThat(api.postRaw("/v1/processes/near/stdin", new byte[9 << 20]).status())
                .isEqualTo(413);
    }

    @Test
    void inputThatIsNotTakenNowIsToBeSentAgain() {
        var _ = api.running("crowded", HERE);
        var bytes = "some input".getBytes(StandardCharsets.UTF_8);
        api.here.stdinRoom = 4;
        try {
            var written = api.postRaw("/v1/processes/crowded/stdin?eof=true", bytes);
            assertThat(written.number("/written")).isEqualTo(4);
            assertThat(written.body().path("ended").asBoolean(true)).isFalse();
        } finally {
            api.here.stdinRoom = Integer.MAX_VALUE;
        }
    }

    // Of what was refused nothing was taken; after another failure nobody knows.
    @ParameterizedTest
    @CsvSource({"CONFLICT, 200", "NOT_FOUND, 200", "FAILED, 500"})
    void inputIsSentAgainAfterAMoveOnlyIfNothingOfItWasTaken(HostFailure.Code code, int status) {
        var name = "moves-" + code.exit();
        var id = api.running(name, HERE);
        api.here.onStdin =
                () -> {
                    leave(id);
                    throw new HostFailure(code, "made to fail", "");
                };
        try {
            var written = api.postRaw("/v1/processes/" + name + "/stdin", new byte[10]);

            assertThat(written.status()).isEqualTo(status);
            assertThat(written.body().path("written").asInt(-1)).isEqualTo(status == 200 ? 0 : -1);
        } finally {
            api.here.onStdin = () -> {};
        }
    }

    private void leave(ProcessId process) {
        var started =
                api.propose(
                        new StartMigration(
                                process,
                                epoch(process),
                                AWAY,
                                Migration.Mode.STOP_COPY,
                                Duration.ofMinutes(5),
                                Samples.START,
                                "asked"));
        api.propose(new BeginLeaving(new MigrationId(started.created()), 0));
    }

    @Test
    void signalsReachTheProcessesOfAJob() {
        var near = api.running("kicked", HERE);
        var far = api.running("kicked-far", AWAY);

        var reached = api.post("/v1/jobs/kicked/signal", "{\"signal\":\"SIGUSR1\"}");
        assertThat(reached.number("/signal")).isEqualTo(10);
        assertThat(reached.number("/processes/0")).isEqualTo(near.value());
        assertThat(api.here.asked).contains("signal " + near + ".1 10 false");
        assertThat(
                        api.post("/v1/jobs/kicked-far/signal", "{\"signal\":9,\"all\":true}")
                                .number("/processes/0"))
                .isEqualTo(far.value());
        assertThat(api.away.asked).contains("signal " + far + ".1 9 true");

        assertThat(api.post("/v1/jobs/kicked/signal", "{\"signal\":\"NOPE\"}").status())
                .isEqualTo(400);
        assertThat(api.post("/v1/jobs/kicked/signal", "{\"signal\":65}").status()).isEqualTo(400);
        var _ = api.post("/v1/jobs", submission("idle"));
        assertThat(api.post("/v1/jobs/idle/signal", "{}").status()).isEqualTo(409);
    }

    private Epoch epoch(ProcessId id) {
        return api.process(id).epoch();
    }

    private List<String> logs(String targetAndQuery) {
        var question = targetAndQuery.contains("?") ? targetAndQuery.indexOf('?') : -1;
        var target = question < 0 ? targetAndQuery : targetAndQuery.substring(0, question);
        var query = question < 0 ? "" : targetAndQuery.substring(question);
        try (var lines = api.stream("/v1/processes/" + target + "/logs" + query)) {
            return rest(lines.iterator());
        }
    }

    private static List<String> rest(Iterator<String> lines) {
        var all = new ArrayList<String>();
        while (lines.hasNext()) {
            var line = lines.next();
            if (line.startsWith("event: ")) {
                all.add(text(line, lines.next()));
            }
        }
        return all;
    }

    private static String next(Iterator<String> lines) {
        while (true) {
            var line = lines.next();
            if (line.startsWith("event: ")) {
                return text(line, lines.next());
            }
        }
    }

    private static String id(Iterator<String> lines) {
        while (true) {
            var line = lines.next();
            if (line.startsWith("id: ")) {
                return line.substring("id: ".length());
            }
        }
    }

    private static String text(String event, String data) {
        var type = event.substring("event: ".length());
        var body = json(data.substring("data: ".length()));
        return switch (type) {
            case "mark" ->
                    "mark epoch %s generation %s stdout %s"
                            .formatted(
                                    body.path("epoch").asText(),
                                    body.path("generation").asText(),
                                    body.path("stdoutBytes").asText());
            case "end" ->
                    ("end " + body.path("reason").asText() + " " + body.path("exitCode").asText())
                            .strip();
            default ->
                    type
                            + " "
                            + body.path("offset").asText()
                            + " "
                            + new String(
                                    Base64.getDecoder().decode(body.path("base64").asText()),
                                    StandardCharsets.UTF_8);
        };
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new AssertionError(malformed);
        }
    }
}
