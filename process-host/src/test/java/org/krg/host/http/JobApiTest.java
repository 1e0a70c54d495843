// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.http.ApiFixture.AWAY;
import static org.krg.host.http.ApiFixture.HERE;
import static org.krg.host.http.ApiFixture.submission;

import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.host.http.TestClient.Answer;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

@ExtendWith(SharedApi.class)
final class JobApiTest {
    private final ApiFixture api;

    JobApiTest(ApiFixture api) {
        this.api = api;
    }

    @Test
    void aSubmittedJobIsAnsweredWithItsProcessAndItsDefaults() {
        var job = api.post("/v1/jobs", submission("defaults"));

        assertThat(job.status()).isEqualTo(201);
        assertThat(job.text("/apiVersion")).isEqualTo("krg/v1");
        assertThat(job.number("/revision")).isPositive();
        assertThat(job.text("/name")).isEqualTo("defaults");
        assertThat(job.text("/state")).isEqualTo("waiting");
        assertThat(job.text("/command/1")).isEqualTo("64");
        assertThat(job.text("/processes/0/target")).isEqualTo("defaults/0");
        assertThat(job.text("/spec/executable")).isEqualTo("/usr/bin/heat");
        assertThat(job.number("/spec/cpuMillis")).isEqualTo(100);
        assertThat(job.number("/spec/memoryBytes")).isEqualTo(64 << 20);
        assertThat(job.text("/spec/recovery")).isEqualTo("checkpoint-then-start");
        assertThat(job.text("/spec/checkpoint/engine")).isEqualTo("criu");
        assertThat(job.number("/spec/checkpoint/copies")).isEqualTo(2);
        assertThat(job.text("/spec/onPartition")).isEqualTo("stop");
        assertThat(api.get("/v1/jobs/defaults").text("/id")).isEqualTo(job.text("/id"));
        assertThat(api.get("/v1/processes/defaults%2F0").text("/job")).isEqualTo("defaults");
        assertThat(api.get("/v1/processes/defaults/0").text("/job")).isEqualTo("defaults");
    }

    @Test
    void aRepeatedRequestIsAnsweredWithTheFirstOutcome() {
        var first = api.post("/v1/jobs", submission("once"), "Krg-Request", "4711:1");
        var second = api.post("/v1/jobs", submission("once"), "Krg-Request", "4711:1");

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.text("/id")).isEqualTo(first.text("/id"));
        assertThat(api.post("/v1/jobs", submission("once")).status()).isEqualTo(409);
    }

    @Test
    void jobsWithoutANameAreCalledLikeTheirProgramAndDoNotCollide() {
        var body = "{\"command\":[\"/bin/heat\"],\"workingDirectory\":\"/\"}";
        var first = api.post("/v1/jobs", body);
        var second = api.post("/v1/jobs", body);

        assertThat(first.text("/name")).as(first.body().toString()).startsWith("heat");
        assertThat(second.text("/name")).startsWith("heat-");
        assertThat(second.text("/id")).isNotEqualTo(first.text("/id"));
    }

    @Test
    void jobsWithoutANameThatAreSubmittedAtOnceAllGetOne() {
        var body = "{\"command\":[\"parallel\"],\"workingDirectory\":\"/\"}";

        var names =
                IntStream.range(0, 8)
                        .mapToObj(_ ->
                                CompletableFuture.supplyAsync(() -> api.post("/v1/jobs", body)))
                        .toList()
                        .stream()
                        .map(answer -> answer.join().text("/name"))
                        .toList();

        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.startsWith("parallel"));
    }

    @Test
    void waitReturnsWhenTheProcessHasEnded() {
        var id = api.running("waited", HERE);
        var waiting =
                CompletableFuture.supplyAsync(
                        () -> api.get("/v1/processes/waited/wait?timeoutSeconds=30"));
        assertThat(api.get("/v1/processes/waited/wait?timeoutSeconds=0").text("/phase"))
                .isEqualTo("running");

        api.exit(id, 3);

        var process = waiting.join();
        assertThat(process.text("/phase")).isEqualTo("ended");
        assertThat(process.text("/outcome/kind")).isEqualTo("exited");
        assertThat(process.number("/outcome/exitCode")).isEqualTo(3);
        assertThat(api.get("/v1/jobs/waited").number("/exitCode")).isEqualTo(3);
    }

    @Test
    void aStoppedJobIsStoppingAndEndsAtOnceWhereItWaits() {
        api.running("stopped", HERE);
        var _ = api.post("/v1/jobs", submission("cancelled"));

        assertThat(api.post("/v1/jobs/stopped/stop", "{\"signal\":\"SIGINT\"}").text("/state"))
                .isEqualTo("stopping");
        var cancelled = api.postRaw("/v1/jobs/cancelled/stop", new byte[0]);
        assertThat(cancelled.text("/state")).isEqualTo("ended");
        assertThat(cancelled.number("/exitCode")).isEqualTo(125);
    }

    @Test
    void explainTellsTheDecision() {
        api.running("explained", HERE);

        var sentences = api.get("/v1/jobs/explained/explain").body().at("/explanation");

        assertThat(sentences.toString())
                .contains("explained/0 runs on n1 from start")
                .contains("Policy krg.safe 1 chose n1")
                .contains("free cpu 500")
                .contains("no checkpoint to go on from");
    }

    @Test
    void explainPromisesAWayBackOnlyWhereThereIsOne() {
        var goesOn = api.running("goes-on", HERE);
        commit(goesOn);
        assertThat(explanation("goes-on")).contains("If its node is lost it goes on from");

        api.post(
                "/v1/jobs",
                submission("ends-there").replaceFirst("\\{", "{\"recovery\":\"none\","));
        var ends = new ProcessId(api.get("/v1/processes/ends-there").number("/id"));
        api.place(ends, HERE);
        commit(ends);
        assertThat(explanation("ends-there")).contains("If its node is lost it ends");

        api.exit(goesOn, 0);
        assertThat(explanation("goes-on"))
                .doesNotContain("If its node is lost")
                .contains("krg-admin checkpoint restore " + goesOn + ".1");
    }

    private void commit(ProcessId process) {
        var epoch = api.process(process).epoch();
        api.propose(new CommitGeneration(Samples.generation(process, 1, epoch, HERE, AWAY), 1));
    }

    private String explanation(String job) {
        return api.text("/v1/jobs/" + job + "/explain");
    }

    @Test
    void environmentsAreNotInLists() {
        api.post("/v1/jobs", submission("secretive"));

        assertThat(api.get("/v1/jobs").body().toString())
                .contains("secretive")
                .doesNotContain("\"environment\"");
        assertThat(api.get("/v1/jobs/secretive").text("/spec/environment/PATH")).isEqualTo("/bin");
    }

    @Test
    void whatDoesNotExistIsToldWithWhatDoesAndWhereTheEndedAre() {
        api.post("/v1/jobs", submission("present"));

        assertThat(api.get("/v1/processes/nothing").text("/error/remedy"))
                .contains("present", "`krg-admin ps --all`", "have ended");
        assertThat(api.get("/v1/jobs/nothing").text("/error/remedy"))
                .contains("present", "`krg-admin job list`", "have ended");
    }

    @Test
    void malformedJsonIsNamedByLineColumnAndField() {
        refused("{\n  \"command\": [}", 400, "USAGE", "line 2, column");
        refused(
                "{\"command\":[\"heat\"],\n\"workingDirectory\":\"/\",\"nmae\":\"x\"}",
                400,
                "USAGE",
                "there is no field nmae (line 2");
        refused(
                "{\"command\":[\"heat\"],\"workingDirectory\":\"/\",\"cpuMillis\":\"two\"}",
                400,
                "USAGE",
                "cpuMillis");
        refused(
                "{\"command\":[\"heat\"],\"workingDirectory\":\"/\",\"restart\":{\"max\":1.5}}",
                400,
                "USAGE",
                "restart.max");
        refused("{\"command\":[\"heat\"]} {}", 400, "USAGE", "");
        refused("{\"name\":\"a\",\"name\":\"b\"}", 400, "USAGE", "uplicate");
        refused("[]", 400, "USAGE", "the body is not an object");
        refused("null", 400, "USAGE", "null");
    }

    @Test
    void wrongValuesAreNamedByTheirField() {
        refused("{}", 400, "USAGE", "command: is missing");
        refused(with("\"workingDirectory\":\"x\""), 400, "USAGE", "workingDirectory");
        refused(with("\"workingDirectory\":\"/none/such\""), 400, "USAGE", "no directory");
        refused(at("\"recovery\":\"perhaps\""), 400, "USAGE", "checkpoint-then-start");
        refused(at("\"cpuMillis\":-1"), 400, "USAGE", "cpuMillis");
        refused(at("\"checkpoint\":{\"keep\":1}"), 400, "USAGE", "checkpoint.keep");
        refused(at("\"checkpoint\":{\"everySeconds\":0.001}"), 400, "USAGE", "every 0.1");
        refused(at("\"name\":\"-x\""), 400, "USAGE", "a job's name");
        refused(at("\"onlyOn\":[\"n9\"]"), 404, "NOT_FOUND", "no node n9");
        refused(at("\"onlyOn\":[null]"), 400, "USAGE", "onlyOn");
        refused(with("\"workingDirectory\":\"/\\u0000\""), 400, "USAGE", "workingDirectory");
        refused("{\"command\":[\"a\\u0000b\"]}", 400, "USAGE", "command");
        refused(at("\"restart\":{\"when\":\"always\",\"max\":-1}"), 400, "USAGE", "restart.max");
        refused(at("\"umask\":4096"), 400, "USAGE", "umask");
        refused(at("\"environment\":{\"A=B\":\"x\"}"), 400, "USAGE", "environment");
        refused(at("\"environment\":{\"A\":null}"), 400, "USAGE", "environment");
        refused(at("\"user\":\"nobody-of-that-name\""), 404, "NOT_FOUND", "no user");
    }

    @Test
    void aProgramThatCannotRunIsRefusedAtOnce() {
        var missing =
                api.post("/v1/jobs", "{\"command\":[\"missing\"],\"workingDirectory\":\"/\"}");
        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.text("/error/code")).isEqualTo("PROGRAM_NOT_FOUND");
        assertThat(missing.number("/error/exit")).isEqualTo(127);
        var locked = api.post("/v1/jobs", "{\"command\":[\"locked\"],\"workingDirectory\":\"/\"}");
        assertThat(locked.number("/error/exit")).isEqualTo(126);
    }

    @Test
    void whatNoNodeCouldEverTakeIsRefusedWithEachReason() {
        var refused = refused(at("\"memoryBytes\":99999999999"), 409, "CANNOT_BE_PLACED", "n1: ");
        assertThat(refused.number("/error/exit")).isEqualTo(6);
    }

    @Test
    void aTakenNameIsAConflictWithARemedy() {
        var _ = api.post("/v1/jobs", submission("taken"));
        var refused = api.post("/v1/jobs", submission("taken"));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("/error/code")).isEqualTo("CONFLICT");
        assertThat(refused.text("/error/message")).endsWith("(taken) lives");
        assertThat(refused.text("/error/remedy")).startsWith("stop it");
        assertThat(refused.number("/error/exit")).isEqualTo(5);
    }

    @Test
    void namesThatDoNotExistAreNotFound() {
        for (var path :
                new String[] {
                    "/v1/jobs/nothing",
                    "/v1/jobs/99999",
                    "/v1/jobs/nothing/explain",
                    "/v1/processes/nothing",
                    "/v1/processes/nothing/0",
                    "/v1/processes/99999/wait",
                    "/v1/nodes/n9",
                    "/v1/nothing"
                }) {
            var answer = api.get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.text("/error/code")).as(path).isEqualTo("NOT_FOUND");
            assertThat(answer.text("/error/remedy")).as(path).isNotEmpty();
        }
    }

    @Test
    void aStaleReadShowsThisReplica() {
        var id = new ProcessId(api.post("/v1/jobs", submission("stale")).number("/processes/0/id"));

        assertThat(api.get("/v1/processes?stale=true").body().at("/processes").toString())
                .contains("\"id\":" + id);
        assertThat(api.get("/v1/jobs?stale=perhaps").status()).isEqualTo(400);
    }

    private Answer refused(String body, int status, String code, String message) {
        var answer = api.post("/v1/jobs", body);
        assertThat(answer.status()).as(body).isEqualTo(status);
        assertThat(answer.text("/error/code")).as(body).isEqualTo(code);
        assertThat(answer.text("/error/message")).as(body).contains(message);
        return answer;
    }

    private static String with(String field) {
        return "{\"command\":[\"heat\"]," + field + "}";
    }

    private static String at(String field) {
        return with("\"workingDirectory\":\"/\"," + field);
    }
}
