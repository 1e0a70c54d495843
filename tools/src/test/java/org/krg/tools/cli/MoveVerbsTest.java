// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.tools.http.FakeAgent.error;
import static org.krg.tools.http.FakeAgent.json;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.tools.http.FakeAgent;
import org.krg.tools.http.FakeAgent.Part;

/// The verbs about moves, against an agent whose answers the test has written.
final class MoveVerbsTest {
    private static final String BEGUN =
            """
            {"id":12,"target":"heat/0","from":"n1","to":"n2","step":"warming","active":true}
            """;
    private static final String SENDING =
            """
            {"id":12,"target":"heat/0","from":"n1","to":"n2","step":"warming","active":true,
             "sentBytes":1048576,"wholeBytes":3145728}
            """;
    private static final String MOVED =
            """
            {"id":12,"target":"heat/0","from":"n1","to":"n2","step":"moved","active":false,
             "warmBytes":3145728,"lastBytes":4096,"downtimeSeconds":0.25,"tookSeconds":1.5}
            """;
    private static final String ABORTED =
            """
            {"id":12,"target":"heat/0","from":"n1","to":"n2","step":"aborted","active":false,
             "reason":"cancelled by ann"}
            """;

    private final Map<String, Deque<Part>> answers = new LinkedHashMap<>();
    private final FakeAgent agent = new FakeAgent(this::answer);

    @AfterEach
    void close() {
        agent.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        for (var entry : answers.entrySet()) {
            if (path.startsWith(entry.getKey())) {
                var parts = entry.getValue();
                (parts.size() > 1 ? parts.remove() : parts.element()).play(exchange);
                return;
            }
        }
        error(404, "NOT_FOUND", 3).play(exchange);
    }

    @Test
    void aMoveIsWatchedToItsEndAndTellsWhatItCost() {
        put("POST /v1/processes/heat/migrations", json(201, BEGUN));
        put("GET /v1/operations/12/wait", json(200, BEGUN));
        put("GET /v1/operations/12", json(200, SENDING), json(200, MOVED));

        var result = run("proc", "migrate", "heat", "--to", "n2", "--deadline", "30s");

        assertThat(result.exit()).isZero();
        assertThat(result.err())
                .contains("sending memory ahead while it runs, at most 2 MiB left")
                .contains("moved heat/0 from n1 to n2")
                .contains("stood still for 250 ms of 1.5 s")
                .contains("3 MiB were sent ahead and 4 KiB meanwhile");
        assertThat(agent.asked().getFirst().body())
                .contains("\"to\":\"n2\"", "\"mode\":\"auto\"", "\"limitSeconds\":30");
    }

    @Test
    void whereToIsLeftToTheClusterUnlessANodeIsNamed() {
        put("POST /v1/processes/heat/migrations", json(201, BEGUN));

        assertThat(run("proc", "migrate", "heat", "--no-wait").exit()).isZero();
        assertThat(agent.asked().getFirst().body()).contains("\"to\":\"auto\"");
        assertThat(run("proc", "migrate", "nosuch").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void aMoveThatWasGivenUpFailsWithItsReason() {
        put("GET /v1/operations/12", json(200, ABORTED));

        var result = run("op", "watch", "12");

        assertThat(result.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("did not move heat/0 from n1 to n2: cancelled by ann");
    }

    @Test
    void whatIsInTheWayIsExitCode9() {
        put("POST /v1/processes/heat/migrations", error(409, "NOT_CHECKPOINTABLE", 9));

        assertThat(run("proc", "migrate", "heat", "--to", "n2").exit())
                .isEqualTo(ExitCode.NOT_CHECKPOINTABLE);
    }

    @Test
    void checkListsEveryObstacleWithItsRemedy() {
        put(
                "GET /v1/processes/heat/check?to=n2",
                json(
                        200,
                        """
                        {"target":"heat/0","obstacles":[
                         {"where":"fd 7 of pid 300","what":"io_uring cannot be saved","remedy":"Use plain I/O"}]}
                        """));

        var result = run("proc", "check", "heat", "--to", "n2");

        assertThat(result.exit()).isEqualTo(ExitCode.NOT_CHECKPOINTABLE);
        assertThat(result.out())
                .contains("fd 7 of pid 300", "io_uring cannot be saved", "Use plain I/O");
    }

    @Test
    void aCheckThatFindsNothingSaysSo() {
        put("GET /v1/processes/heat/check", json(200, "{\"obstacles\":[]}"));

        var result = run("proc", "check", "heat");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).contains("nothing keeps heat from being saved");
    }

    @Test
    void operationsThatAreOverAreShownWhenAskedFor() {
        put("GET /v1/operations", json(200, "{\"operations\":[%s,%s]}".formatted(BEGUN, MOVED)));

        assertThat(run("op", "list").out()).contains("warming").doesNotContain("moved");
        assertThat(run("op", "list", "--all").out()).contains("moved", "250 ms");
    }

    @Test
    void aDrainedNodeThatHasMemoryThatFollowsIsNotEmpty() {
        var pulling = BEGUN.replace("warming", "pulling");
        put("POST /v1/nodes/n1/cordon", json(200, "{}"));
        put("GET /v1/operations", json(200, "{\"operations\":[%s]}".formatted(pulling)));
        put(
                "GET /v1/processes",
                json(
                        200,
                        """
                        {"processes":[{"target":"heat/0","node":"n2","phase":"running"}]}
                        """));

        var result = run("node", "drain", "n1", "--deadline", "0s");

        assertThat(result.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(result.err())
                .contains("heat/0 stays: its memory is still on its way from n1")
                .doesNotContain("hosts nothing");
    }

    @Test
    void aDrainedNodeToWhichAProgramIsOnItsWayIsNotEmpty() {
        put("POST /v1/nodes/n2/cordon", json(200, "{}"));
        put("GET /v1/operations", json(200, "{\"operations\":[%s]}".formatted(BEGUN)));
        put("GET /v1/processes", json(200, "{\"processes\":[]}"));

        var result = run("node", "drain", "n2", "--deadline", "0s");

        assertThat(result.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(result.err())
                .contains("heat/0 stays: it is on its way to n2")
                .doesNotContain("hosts nothing");
    }

    @Test
    void aDrainedNodeIsEmptyOnceAllMemoryHasFollowed() {
        put("POST /v1/nodes/n1/cordon", json(200, "{}"));
        put("GET /v1/operations", json(200, "{\"operations\":[%s]}".formatted(MOVED)));
        put("GET /v1/processes", json(200, "{\"processes\":[]}"));

        var result = run("node", "drain", "n1");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).contains("n1 hosts nothing");
    }

    @Test
    void aProgramThatCannotMoveNowIsTriedAgainAndNotEnded() {
        var here = "{\"target\":\"heat/0\",\"node\":\"n1\",\"phase\":\"running\"}";
        put("POST /v1/nodes/n1/cordon", json(200, "{}"));
        put("POST /v1/processes/heat/0/migrations", error(409, "CONFLICT", 5), json(201, BEGUN));
        put("GET /v1/operations", exchange -> list("operations", MOVED, "").play(exchange));
        put("GET /v1/processes", exchange -> list("processes", "", here).play(exchange));

        var result = run("node", "drain", "n1", "--leftover", "stop");

        assertThat(result.exit()).describedAs("%s", result.err()).isZero();
        assertThat(result.err())
                .contains("heat/0 moves to n2", "n1 hosts nothing")
                .doesNotContain("is saved");
        assertThat(agent.asked())
                .noneMatch(it -> it.path().endsWith("/checkpoints") || it.path().endsWith("/stop"));
    }

    @Test
    void whyAProgramCannotMoveNowIsSaidOnceWhileItIsTriedAgain() {
        var here = "{\"target\":\"heat/0\",\"node\":\"n1\",\"phase\":\"running\"}";
        put("POST /v1/nodes/n1/cordon", json(200, "{}"));
        put("POST /v1/processes/heat/0/migrations", error(409, "CONFLICT", 5));
        put("GET /v1/operations", json(200, "{\"operations\":[]}"));
        put("GET /v1/processes", json(200, "{\"processes\":[%s]}".formatted(here)));

        var result = run("node", "drain", "n1", "--leftover", "name", "--deadline", "4s");

        assertThat(result.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(result.err())
                .containsOnlyOnce("heat/0 cannot move now: said CONFLICT")
                .contains("heat/0 stays: said CONFLICT");
    }

    /// One thing or nothing, as long as the move has begun or not.
    private Part list(String plural, String moved, String before) {
        var begun = agent.asked().stream().filter(it -> it.path().endsWith("/migrations")).count();
        return json(200, "{\"%s\":[%s]}".formatted(plural, begun == 2 ? moved : before));
    }

    private void put(String path, Part... parts) {
        answers.put(path, new ArrayDeque<>(List.of(parts)));
    }

    private Cli.Result run(String... words) {
        return Cli.with(agent).run(words);
    }
}
