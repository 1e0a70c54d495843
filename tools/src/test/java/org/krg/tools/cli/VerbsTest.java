// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.tools.http.FakeAgent.error;
import static org.krg.tools.http.FakeAgent.json;
import static org.krg.tools.http.FakeAgent.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.tools.http.FakeAgent;
import org.krg.tools.http.FakeAgent.Part;
import org.krg.tools.http.Json;

/// The verbs against an agent whose answers the test has written.
final class VerbsTest {
    private static final String PROCESS =
            """
            {"id":7,"target":"heat/0","job":"heat","phase":"running","node":"n1","restarts":0,"command":["./heat"]}
            """;
    private static final String OTHER =
            """
            {"id":8,"target":"bc/0","job":"bc","phase":"ended","restarts":0,"command":["bc"],
             "outcome":{"kind":"exited","code":3,"exitCode":3,"cpuSeconds":0.5,"maxMemoryBytes":1048576}}
            """;
    private static final String JOB =
            """
            {"id":3,"name":"heat","state":"waiting","processes":[%s]}
            """
                    .formatted(PROCESS);

    private final Map<String, Part> answers = new LinkedHashMap<>();
    private final List<FakeAgent> agents = new ArrayList<>();
    private final FakeAgent agent = new FakeAgent(this::answer);

    @AfterEach
    void close() {
        agent.close();
        agents.forEach(FakeAgent::close);
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
    void psShowsWhatRuns() {
        answers.put(
                "GET /v1/processes",
                json(200, "{\"processes\":[%s,%s]}".formatted(PROCESS, OTHER)));

        assertThat(run("ps").out()).contains("heat/0").doesNotContain("bc/0").hasLineCount(2);
        assertThat(run("ps", "--all", "--no-headers").out()).contains("bc/0").hasLineCount(2);
        assertThat(run("ps", "-o", "yaml").out()).contains("- id: 7").doesNotContain("bc");
    }

    @Test
    void segmentsAreMadeShownAndDestroyed() {
        var grid =
                """
                {"id":31,"name":"grid","sizeBytes":67108864,"owner":"alice","uid":1000,
                 "created":"2026-01-01T00:00:00Z","blocks":32,"touchedBlocks":3,"homeless":1,
                 "regrantedBlocks":0,"homes":[{"node":"n1","blocks":2}]}
                """;
        answers.put("POST /v1/segments", json(201, grid));
        answers.put("GET /v1/segments/grid", json(200, grid));
        answers.put("GET /v1/segments", json(200, "{\"segments\":[%s]}".formatted(grid)));
        answers.put("POST /v1/segments/grid/resize", json(200, grid));
        answers.put("DELETE /v1/segments/grid", json(200, grid));

        assertThat(run("segment", "create", "grid", "--size", "64M").exit()).isZero();
        assertThat(run("segment", "create", "grid", "--size", "1M", "--mode", "sync").exit())
                .isZero();
        assertThat(run("segment", "create", "grid", "--size", "1M", "--mode", "late").exit())
                .isEqualTo(2);
        assertThat(agent.asked().getFirst().body()).contains("67108864").contains("grid");
        assertThat(run("segment", "list").out()).contains("64 MiB", "3/32", "n1 2, lost 1");
        assertThat(run("segment", "show", "grid").out()).contains("alice").contains("64 MiB");
        assertThat(run("segment", "show", "grid", "-o", "json").out()).contains("touchedBlocks");
        assertThat(run("segment", "resize", "grid", "--size", "64M").err())
                .contains("grid has 64 MiB");
        assertThat(run("segment", "resize", "grid").exit()).isEqualTo(2);
        assertThat(run("segment", "destroy", "grid").exit()).isZero();
        assertThat(run("segment", "destroy", "none").exit()).isEqualTo(3);
        assertThat(run("segment", "create", "grid").exit()).isEqualTo(2);
        answers.put("POST /v1/segments/grid/access", json(200, grid));
        assertThat(run("segment", "access", "grid", "0666").exit()).isZero();
        assertThat(agent.asked().getLast().body()).isEqualTo("{\"mode\":\"0666\"}");
        var pool =
                run("segment", "create", "p", "--size", "1M", "--access", "0660", "--owner", "ann");
        assertThat(pool.exit()).isZero();
        assertThat(agent.asked().getLast().body())
                .contains("\"mode\":\"0660\"", "\"owner\":\"ann\"");
    }

    @Test
    void staleReadsAreAskedFor() {
        answers.put("GET /v1/processes", json(200, "{\"processes\":[]}"));

        run("ps", "--stale");

        assertThat(agent.asked().getFirst().path()).isEqualTo("/v1/processes?stale=true");
    }

    @Test
    void aRefusalIsToldWithItsRemedyAndExitCode() {
        var result = run("job", "show", "heat");

        assertThat(result.err()).isEqualTo("error: said NOT_FOUND\n  do it\n");
        assertThat(result.exit()).isEqualTo(3);
    }

    @Test
    void nobodyThereIsExitCode8() {
        agent.close();

        var result = run("ps");

        assertThat(result.exit()).isEqualTo(8);
        assertThat(result.err())
                .endsWith("  --stale shows what an agent that runs knows by itself\n");
        assertThat(run("ps", "--stale").err()).doesNotContain("--stale");
    }

    @Test
    void runAsksForAnAdaptiveIntervalAndForCheckpointsByAge() throws JsonProcessingException {
        answers.put("POST /v1/jobs", json(201, JOB));

        var result =
                run(
                        ("run --checkpoint-every auto --keep 3 --keep-for 2h"
                                        + " --checkpoint-quota 10GiB ./heat")
                                .split(" "));

        assertThat(result.exit()).isZero();

        assertThat(Json.parse(agent.asked().getFirst().body()).path("checkpoint"))
                .isEqualTo(
                        Json.parse(
                                "{\"everySeconds\":\"auto\",\"keep\":3,\"keepForSeconds\":7200.000000000,\"quotaBytes\":10737418240}"));
    }

    @Test
    void runSubmitsWhatItWasTold() throws JsonProcessingException {
        answers.put("POST /v1/jobs", json(201, JOB));

        var result =
                cli().variable("PATH", "/bin")
                        .variable("SECRET", "x")
                        .run(
                                "run --name heat --cpus 1.5 --memory 1GiB --limit-processes 9 --env A=b --cwd /tmp --on n1,n2"
                                        .concat(
                                                " --checkpoint-every 1500ms --copies 3 --engine criu --restart always --max-restarts 2")
                                        .concat(" --on-partition continue -- ./heat --name x -- @y")
                                        .split(" "));

        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo("heat\n");
        assertThat(result.err()).contains("krg-admin logs -f heat");
        var body = Json.parse(agent.asked().getFirst().body());
        assertThat(((ObjectNode) body).remove("umask").isInt()).isTrue();
        assertThat(body)
                .isEqualTo(
                        Json.parse(
                                """
                                {"name":"heat","command":["./heat","--name","x","--","@y"],"workingDirectory":"/tmp",
                                 "environment":{"A":"b","PATH":"/bin"},"stdin":false,"cpuMillis":1500,"memoryBytes":1073741824,
                                 "limits":{"processes":9},"restart":{"when":"always","max":2},
                                 "checkpoint":{"engine":"criu","everySeconds":1.500000000,"copies":3},"onPartition":"continue",
                                 "onlyOn":["n1","n2"]}
                                """));
    }

    @Test
    void aJobOfAnotherUserDoesNotGetTheCallersHome() throws JsonProcessingException {
        answers.put("POST /v1/jobs", json(201, JOB));

        cli().variable("HOME", "/root").variable("LANG", "C").run("run", "--user", "ann", "true");

        assertThat(Json.parse(agent.asked().getFirst().body()).path("environment"))
                .hasToString("{\"LANG\":\"C\",\"LOGNAME\":\"ann\",\"USER\":\"ann\"}");
    }

    @Test
    void optionsBehindTheProgramAreItsOwn() throws JsonProcessingException {
        answers.put("POST /v1/jobs", json(201, JOB));

        run("run", "sh", "-c", "exit 1", "--wait", "-h");

        assertThat(Json.parse(agent.asked().getFirst().body()).path("command"))
                .hasToString("[\"sh\",\"-c\",\"exit 1\",\"--wait\",\"-h\"]");
    }

    @Test
    void runThatWaitsShowsTheOutputAndEndsLikeTheProgram() {
        answers.put("POST /v1/jobs", json(201, JOB));
        answers.put(
                "GET /v1/processes/7/logs?stream=stdout",
                stream(
                        """
                        event: out
                        data: {"offset":0,"base64":"aGVsbG8K"}

                        event: mark
                        data: {"text":"brought back on n2","epoch":2,"stdoutBytes":6,"stderrBytes":0}

                        event: end
                        data: {"reason":"exited","exitCode":3}

                        """));
        answers.put(
                "GET /v1/processes/7/logs?stream=stderr",
                stream(
                        """
                        event: err
                        data: {"offset":0,"base64":"b29wcwo="}

                        event: end
                        data: {"reason":"exited","exitCode":3}

                        """));
        answers.put("GET /v1/processes/7/wait", json(200, OTHER));

        var result = run("run", "--wait", "./heat");

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.out()).isEqualTo("hello\n");
        assertThat(result.err())
                .contains("oops\n", "--- brought back on n2; stdout goes on from byte 6 ---");
    }

    @Test
    void aProgramThatCannotStartIsToldBeforeAnythingIsAccepted() {
        answers.put("POST /v1/jobs", error(400, "PROGRAM_NOT_FOUND", 127));

        assertThat(run("run", "--wait", "nothing").exit()).isEqualTo(127);
    }

    @Test
    void standardInputIsPassedOnToItsEnd() {
        answers.put("POST /v1/jobs", json(201, JOB));
        answers.put("POST /v1/processes/7/stdin", json(200, "{\"written\":2,\"ended\":true}"));
        answers.put("GET /v1/processes/7", json(200, PROCESS));

        var result = cli().input("1+1\n").run("run", "--stdin", "bc");

        assertThat(result.exit()).isZero();
        assertThat(
                        agent.asked().stream()
                                .filter(it -> it.path().contains("stdin"))
                                .map(it -> it.body()))
                .containsExactly("1+1\n", "1\n", "");
        assertThat(agent.asked().getLast().path()).endsWith("?eof=true");
    }

    @Test
    void waitEndsWithTheFirstFailure() {
        answers.put("GET /v1/processes/bc/wait", json(200, OTHER));
        answers.put(
                "GET /v1/processes/ok/wait",
                json(
                        200,
                        OTHER.replace("\"exitCode\":3", "\"exitCode\":0").replace("bc/0", "ok/0")));

        var result = run("wait", "ok", "bc");

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.err())
                .contains("bc/0 ended: exit 3 (cpu 0.50 s, at most 1 MiB of memory)");
    }

    /// A rank that has ended comes back with one that is lost, before that one is waited for.
    @Test
    void waitEndsWhenAllRanksHaveEndedAtOneTime() {
        var rank = OTHER.replace("bc/0", "ring/0");
        var ranks = "\"processes\":[%s,%s]".formatted(rank, OTHER.replace("\"id\":8", "\"id\":9"));
        var running = "{\"id\":3,\"state\":\"running\",%s}".formatted(ranks);
        var ended = "{\"id\":3,\"state\":\"ended\",\"exitCode\":4,%s}".formatted(ranks);
        var jobs = new ArrayDeque<>(List.of(running, ended));
        answers.put("GET /v1/jobs/ring", json(200, running));
        // By its number: another job may have its name by then.
        answers.put("GET /v1/jobs/3", exchange -> json(200, jobs.remove()).play(exchange));
        answers.put("GET /v1/processes/", json(200, rank));

        assertThat(run("wait", "ring").exit()).isEqualTo(4);

        assertThat(jobs).isEmpty();
        var waits = agent.asked().stream().filter(it -> it.path().contains("/wait"));
        assertThat(waits).hasSize(4);
    }

    @Test
    void waitGivesUpAfterItsTimeout() {
        answers.put("GET /v1/processes/heat/wait", json(200, PROCESS));

        var result = run("wait", "heat", "--timeout", "10ms");

        assertThat(result.exit()).isEqualTo(ExitCode.TIMED_OUT);
        assertThat(result.err())
                .contains("heat has not ended yet and goes on", "krg-admin wait heat");
    }

    @Test
    void logsPrintsBytesAsTheyAre() {
        answers.put(
                "GET /v1/processes/heat/logs?stream=stdout",
                stream("event: out\ndata: {\"offset\":2,\"base64\":\"bGxvCg==\"}\n\n"));

        assertThat(run("logs", "heat", "--stream", "stdout", "--offset", "2").out())
                .isEqualTo("llo\n");
        assertThat(agent.asked().getFirst().path()).endsWith("follow=false&offset=2");
        assertThat(run("logs", "heat", "--stream", "stdout", "-o", "json").out())
                .isEqualTo("{\"stream\":\"stdout\",\"offset\":2,\"base64\":\"bGxvCg==\"}\n");
    }

    @Test
    void signalSaysWhomItReached() {
        answers.put("POST /v1/jobs/heat/signal", json(200, "{\"processes\":[7]}"));

        assertThat(run("job", "signal", "heat", "USR1").err())
                .contains("sent to 1 process of heat");
        assertThat(agent.asked().getFirst().body())
                .isEqualTo("{\"signal\":\"USR1\",\"all\":false}");
    }

    @Test
    void stopWaitsForTheEnd() {
        answers.put("POST /v1/jobs/heat/stop", json(200, JOB.replace("waiting", "stopping")));
        answers.put("GET /v1/jobs/3", json(200, JOB.replace("waiting", "ended")));

        var result = run("job", "stop", "heat", "--grace", "2s");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).contains("heat ended");
        assertThat(agent.asked().getFirst().body())
                .isEqualTo("{\"signal\":\"TERM\",\"graceSeconds\":2.000}");
    }

    @Test
    void aCheckpointIsShownWithWhatToDoNext() {
        answers.put(
                "POST /v1/processes/heat/checkpoints",
                json(
                        201,
                        "{\"id\":\"7.1\",\"copies\":[\"n1\"],\"good\":true,\"taken\":\"2026-11-26T16:59:59Z\"}"));

        var result = run("checkpoint", "create", "heat");

        assertThat(result.out()).contains("7.1").hasLineCount(2);
        assertThat(result.err()).contains("krg-admin checkpoint restore 7.1");
    }

    @Test
    void restoreWaitsUntilItRuns() {
        answers.put(
                "POST /v1/checkpoints/7.1/restore",
                json(200, PROCESS.replace("running", "starting")));
        answers.put("GET /v1/processes/7", json(200, PROCESS));

        assertThat(run("checkpoint", "restore", "7.1").err())
                .contains("heat/0 goes on from checkpoint 7.1");
    }

    @Test
    void restoredUnderAnotherNameItIsTheOtherJobThatIsWaitedFor() {
        answers.put(
                "POST /v1/checkpoints/7.1/restore",
                json(201, "{\"id\":\"9.1\",\"process\":9,\"job\":\"twin\"}"));
        answers.put("GET /v1/processes/9", json(200, PROCESS.replace("heat/0", "twin/0")));

        var result = run("checkpoint", "restore", "7.1", "--name", "twin");

        assertThat(result.err()).contains("twin/0 goes on from checkpoint 7.1");
        assertThat(agent.asked().getFirst().body()).contains("\"name\":\"twin\"");
    }

    @Test
    void filesTakeThePlaceOfOthersAtARestore() {
        answers.put("POST /v1/checkpoints/7.1/restore", json(200, PROCESS));
        answers.put("GET /v1/processes/7", json(200, PROCESS));

        run(
                "checkpoint",
                "restore",
                "7.1",
                "--substitute-fd",
                "/old/log=/new/log",
                "--substitute-fd",
                "5=/new/in=put");

        assertThat(agent.asked().getFirst().body())
                .contains("{\"file\":\"/old/log\",\"path\":\"/new/log\"}")
                .contains("{\"fd\":5,\"path\":\"/new/in=put\"}");
        for (var wrong : List.of("/old/log", "log=/new", "/old=new", "x=/new", "/a=/b=/c")) {
            var refused = run("checkpoint", "restore", "7.1", "--substitute-fd", wrong);
            assertThat(refused.exit()).as(wrong).isEqualTo(2);
            assertThat(refused.err()).contains(wrong);
        }
    }

    @Test
    void whatACheckpointIsRestoredWithIsShown() {
        answers.put(
                "GET /v1/checkpoints/7.1",
                json(
                        200,
                        "{\"id\":\"7.1\",\"copies\":[\"n1\"],\"substitutes\":[{\"fd\":5,\"path\":\"/new/input\"},"
                                + "{\"file\":\"/old/log\",\"path\":\"/new/log\"}]}"));
        answers.put("GET /v1/checkpoints/7.1/manifest", json(200, "{\"id\":\"7.1\"}"));

        assertThat(run("checkpoint", "inspect", "7.1").out())
                .contains("/new/input in the place of fd 5")
                .contains("/new/log in the place of /old/log");
    }

    @Test
    void whatUsersCheckpointsMayTakeIsSetAndShown() {
        var reply =
                "{\"commonBytes\":0,\"owners\":[{\"owner\":\"ann\",\"usedBytes\":1024,\"quotaBytes\":21474836480,\"ownLimit\":true}]}";
        answers.put("POST /v1/checkpoint-quotas", json(200, reply));
        answers.put("GET /v1/checkpoint-quotas", json(200, reply));
        answers.put("DELETE /v1/checkpoint-quotas", json(200, reply));

        var set = run("checkpoint", "quota", "set", "ann", "--bytes", "20GiB");

        assertThat(agent.asked().getFirst().body())
                .isEqualTo("{\"bytes\":21474836480,\"owner\":\"ann\"}");
        assertThat(set.out()).contains("ann", "20 GiB", "yes", "everybody else", "none");
        assertThat(run("checkpoint", "quota", "list", "-o", "json").out()).contains("commonBytes");
        assertThat(run("checkpoint", "quota", "unset", "ann").exit()).isZero();
        assertThat(run("checkpoint", "quota", "set", "ann").exit()).isEqualTo(2);
    }

    @Test
    void aDamagedCopyIsTheExitCodeOfVerify() {
        answers.put("GET /v1/checkpoints/7.1", json(200, "{\"id\":\"7.1\",\"copies\":[\"n1\"]}"));
        answers.put(
                "POST /v1/checkpoints/7.1/verify",
                json(
                        200,
                        "{\"id\":\"7.1\",\"node\":\"n1\",\"state\":\"damaged\",\"chunks\":0,\"repaired\":0,\"problem\":\"no good copy of chunk 12\"}"));

        var result = run("checkpoint", "verify", "7.1");

        assertThat(result.exit()).isEqualTo(11);
        assertThat(result.out()).contains("7.1", "n1", "damaged", "no good copy of chunk 12");
        assertThat(run("checkpoint", "verify").exit()).isEqualTo(2);
        assertThat(run("checkpoint", "verify", "7.1", "--all").exit()).isEqualTo(2);
    }

    @Test
    void verifyingAllGoesOnWhereACheckpointWentAndACopyIsNotReached() {
        answers.put("GET /v1/checkpoints/7.1", json(200, "{\"copies\":[\"n1\",\"n2\",\"n3\"]}"));
        answers.put(
                "POST /v1/checkpoints/7.1/verify?node=n1",
                json(200, "{\"id\":\"7.1\",\"node\":\"n1\",\"state\":\"damaged\"}"));
        answers.put("POST /v1/checkpoints/7.1/verify?node=n2", error(500, "FAILED", 1));
        answers.put("GET /v1/checkpoints/7.2", error(404, "NOT_FOUND", 3));
        answers.put(
                "GET /v1/checkpoints",
                json(200, "{\"checkpoints\":[{\"id\":\"7.1\"},{\"id\":\"7.2\"}]}"));

        var result = run("checkpoint", "verify", "--all");

        assertThat(result.exit()).isEqualTo(ExitCode.CORRUPT);
        assertThat(result.out())
                .containsSubsequence("n1", "damaged", "n2", "unreachable", "said FAILED")
                .doesNotContain("7.2", "n3");
    }

    @Test
    void aCopyThatIsNotReachedMakesTheAnswerOfVerifyPartial() {
        answers.put("GET /v1/checkpoints/7.1", json(200, "{\"copies\":[\"n1\"]}"));
        answers.put("POST /v1/checkpoints/7.1/verify", error(500, "FAILED", 1));

        assertThat(run("checkpoint", "verify", "7.1").exit()).isEqualTo(ExitCode.PARTIAL);
    }

    @Test
    void aCheckpointThatNoNodeHasIsToldByVerifyAsLost() {
        answers.put("GET /v1/checkpoints/7.3", json(200, "{\"id\":\"7.3\",\"copies\":[]}"));
        answers.put("GET /v1/checkpoints", json(200, "{\"checkpoints\":[{\"id\":\"7.3\"}]}"));

        for (var which : List.of("7.3", "--all")) {
            var result = run("checkpoint", "verify", which);

            assertThat(result.exit()).isEqualTo(ExitCode.CORRUPT);
            assertThat(result.out()).containsSubsequence("7.3", "lost", "no node has a copy of it");
        }
    }

    @Test
    void whatWasVerifiedIsShownAlsoIfTheNextIsNotThere() {
        answers.put("GET /v1/checkpoints/7.1", json(200, "{\"copies\":[\"n1\"]}"));
        answers.put(
                "POST /v1/checkpoints/7.1/verify",
                json(200, "{\"id\":\"7.1\",\"node\":\"n1\",\"state\":\"good\"}"));

        var result = run("checkpoint", "verify", "7.1", "7.2");

        assertThat(result.exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(result.out()).contains("7.1", "good");
    }

    @Test
    void whatDiffersIsShownWithItsSum() {
        answers.put(
                "GET /v1/checkpoints/7.1/diff",
                json(
                        200,
                        "{\"from\":\"7.1\",\"to\":\"7.2\",\"newChunks\":1,\"newBytes\":4096,\"newPages\":1,\"sharedChunks\":9,\"parts\":[{\"kind\":\"image\",\"name\":\"pages-1.img\",\"change\":\"changed\",\"fromBytes\":40960,\"toBytes\":40960,\"newChunks\":1}]}"));

        assertThat(run("checkpoint", "diff", "7.1", "7.2").out())
                .contains("pages-1.img", "changed", "1 of 10 chunks are new, 4 KiB; 9 are shared");
    }

    @Test
    void pruneLeavesTheNewestAndThePinned() {
        answers.put("GET /v1/processes", json(200, "{\"processes\":[]}"));
        answers.put("DELETE /v1/checkpoints/", json(200, "{}"));
        answers.put(
                "GET /v1/checkpoints",
                json(
                        200,
                        """
                        {"checkpoints":[
                          {"id":"7.1","process":7,"number":1,"taken":"2026-11-20T10:00:00Z","pinned":true},
                          {"id":"7.2","process":7,"number":2,"taken":"2026-11-20T11:00:00Z"},
                          {"id":"7.3","process":7,"number":3,"taken":"2026-11-20T12:00:00Z"},
                          {"id":"8.1","process":8,"number":1,"taken":"2026-11-20T10:00:00Z"}]}
                        """));

        assertThat(run("checkpoint", "prune", "--keep", "1", "--dry-run").out()).contains("7.2");
        assertThat(agent.asked()).noneMatch(it -> it.toString().contains("DELETE"));
        run("checkpoint", "prune", "--keep", "1");
        assertThat(agent.asked()).filteredOn(it -> it.toString().contains("DELETE")).hasSize(1);
    }

    @Test
    void pruneLeavesAProcessThatLivesItsTwoNewestGoodOnes() {
        answers.put(
                "GET /v1/processes",
                json(
                        200,
                        "{\"processes\":[{\"id\":7,\"jobId\":3,\"phase\":\"ended\"},{\"id\":8,\"jobId\":3,\"phase\":\"running\"}]}"));
        answers.put("GET /v1/checkpoints", json(200, ofOneProcess(4)));

        var shown = run("checkpoint", "prune", "--keep", "1", "--dry-run");

        assertThat(shown.out()).contains("7.1", "7.3").doesNotContain("7.2", "7.4");
    }

    @Test
    void pruneGoesOnBehindWhatStaysAndShowsWhatWent() {
        answers.put("GET /v1/processes", json(200, "{\"processes\":[]}"));
        answers.put("DELETE /v1/checkpoints/7.1", json(200, "{}"));
        answers.put("DELETE /v1/checkpoints/7.2", error(409, "CONFLICT", 5));
        answers.put("DELETE /v1/checkpoints/7.3", error(404, "NOT_FOUND", 3));
        answers.put("GET /v1/checkpoints", json(200, ofOneProcess(4)));

        var pruned = run("checkpoint", "prune", "--keep", "1");

        assertThat(pruned.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(pruned.out()).contains("7.1", "7.3").doesNotContain("7.2", "7.4");
        assertThat(pruned.err()).contains("checkpoint 7.2 stays: said CONFLICT");
    }

    @Test
    void pruneShowsWhatWentAlsoIfItCannotGoOn() {
        answers.put("GET /v1/processes", json(200, "{\"processes\":[]}"));
        answers.put("DELETE /v1/checkpoints/7.1", json(200, "{}"));
        answers.put("DELETE /v1/checkpoints/7.2", error(500, "DISK", 12));
        answers.put("GET /v1/checkpoints", json(200, ofOneProcess(3)));

        var pruned = run("checkpoint", "prune", "--keep", "1");

        assertThat(pruned.exit()).isEqualTo(ExitCode.DISK);
        assertThat(pruned.out()).contains("7.1").doesNotContain("7.2");
    }

    /// {@return checkpoints of process 7, of which the third is not good}
    private static String ofOneProcess(int many) {
        return IntStream.rangeClosed(1, many)
                .mapToObj(number ->
                        "{\"id\":\"7.%d\",\"process\":7,\"number\":%d,\"good\":%s,\"taken\":\"2026-11-20T10:00:00Z\"}"
                                .formatted(number, number, number != 3))
                .collect(Collectors.joining(",", "{\"checkpoints\":[", "]}"));
    }

    @Test
    void eachCheckpointToRemoveIsRemoved() {
        answers.put("DELETE /v1/checkpoints/", json(200, "{}"));

        assertThat(run("checkpoint", "rm", "7.1", "7.2").err()).hasLineCount(2);
    }

    @Test
    void fencingWithoutATerminalNeedsYes() {
        answers.put("POST /v1/nodes/n1/fence", json(200, "{}"));

        assertThat(run("node", "fence", "n1").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("node", "fence", "n1", "--yes").exit()).isZero();
    }

    @Test
    void votersAreChangedTogether() throws JsonProcessingException {
        answers.put("POST /v1/voters", json(200, "{}"));

        var joint = run("node", "promote", "n4", "n5", "--instead-of", "n1,n2");
        var alone = run("node", "demote", "n1");

        assertThat(joint.err()).startsWith("n4 and n5 vote, n1 and n2 vote no more; ");
        assertThat(alone.err()).startsWith("n1 votes no more; ");
        assertThat(Json.parse(agent.asked().get(0).body()))
                .isEqualTo(Json.parse("{\"promote\":[\"n4\",\"n5\"],\"demote\":[\"n1\",\"n2\"]}"));
        assertThat(Json.parse(agent.asked().get(1).body()))
                .isEqualTo(Json.parse("{\"promote\":[],\"demote\":[\"n1\"]}"));
        assertThat(run("node", "promote").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void eventsAreReadPageByPageAndChosenByType() {
        answers.put(
                "GET /v1/events?after=0",
                json(200, "{\"events\":[%s]}".formatted(event(1, "job.submitted"))));
        answers.put(
                "GET /v1/events?after=1",
                json(200, "{\"events\":[%s]}".formatted(event(2, "process.ended"))));
        answers.put("GET /v1/events?after=2", json(200, "{\"events\":[]}"));

        assertThat(run("events", "--after", "0").out()).hasLineCount(3);
        assertThat(run("events", "--after", "0", "--type", "process", "-o", "json").out())
                .isEqualTo(event(2, "process.ended") + "\n");
    }

    @Test
    void theHashesOfAllNodesAreShown() {
        answers.put("GET /v1/state/hashes", json(200, hashes("equal", "\"digest\":\"aa\"")));

        var result = run("state", "hash");

        assertThat(result.exit()).isZero();
        assertThat(result.out()).hasLineCount(3);
    }

    @Test
    void aReplicaThatCouldNotBeComparedMakesTheAnswerPartial() {
        answers.put("GET /v1/state/hashes", json(200, hashes("equal", "\"problem\":\"gone\"")));
        assertThat(run("state", "hash").exit()).isEqualTo(ExitCode.PARTIAL);

        answers.put("GET /v1/state/hashes", json(200, hashes("unknown", "\"digest\":\"aa\"")));
        assertThat(run("state", "hash").exit()).isEqualTo(ExitCode.PARTIAL);
    }

    @Test
    void replicasThatDifferAreAnAlarm() {
        answers.put("GET /v1/state/hashes", json(200, hashes("different", "\"digest\":\"bb\"")));

        assertThat(run("state", "hash").exit()).isEqualTo(ExitCode.CORRUPT);
    }

    private static String hashes(String verdict, String second) {
        return ("{\"verdict\":\"%s\",\"nodes\":[{\"node\":\"n1\",\"appliedIndex\":9,\"digest\":\"aa\"},"
                        + "{\"node\":\"n2\",\"appliedIndex\":9,%s}]}")
                .formatted(verdict, second);
    }

    @Test
    void aNodeThatDoesNotAnswerMakesTheDoctorsAnswerPartial() {
        var gone = other("{}");
        answers.put("GET /v1/nodes", json(200, nodes(agent, gone)));
        answers.put("GET /v1/doctor", json(200, "{\"engines\":[\"criu\"]}"));
        gone.close();

        var result = run("system", "doctor");

        assertThat(result.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(result.out()).contains("engines  criu", "connection refused");
    }

    @Test
    void aClusterWithoutALeaderIsExitCode8() {
        answers.put(
                "GET /v1/status", json(200, "{\"node\":\"n1\",\"ready\":false,\"members\":[]}"));

        var result = run("cluster", "status");

        assertThat(result.exit()).isEqualTo(ExitCode.NO_QUORUM);
        assertThat(result.out()).contains("leader   none");
    }

    private FakeAgent other(String answer) {
        var other = new FakeAgent(json(200, answer));
        agents.add(other);
        return other;
    }

    private static String nodes(FakeAgent... all) {
        var list = new ArrayList<String>();
        for (int i = 0; i < all.length; i++) {
            list.add("{\"name\":\"n%d\",\"api\":\"%s\"}".formatted(i + 1, all[i].address()));
        }
        return "{\"nodes\":[" + String.join(",", list) + "]}";
    }

    private static String event(int revision, String type) {
        return "{\"revision\":%d,\"ordinal\":0,\"type\":\"%s\"}".formatted(revision, type);
    }

    private Cli cli() {
        return Cli.with(agent);
    }

    private Cli.Result run(String... words) {
        return cli().run(words);
    }
}
