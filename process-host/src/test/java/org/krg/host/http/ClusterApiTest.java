// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.http.ApiFixture.AWAY;
import static org.krg.host.http.ApiFixture.HERE;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

@ExtendWith(SharedApi.class)
@Timeout(30)
final class ClusterApiTest {
    private final ApiFixture api;

    ClusterApiTest(ApiFixture api) {
        this.api = api;
    }

    @Test
    void statusShowsTheQuorumAsThisNodeSeesIt() {
        var status = api.get("/v1/status");

        assertThat(status.status()).isEqualTo(200);
        assertThat(status.text("/cluster/name")).isEqualTo("test");
        assertThat(status.text("/node")).isEqualTo("n1");
        assertThat(status.text("/leader")).isEqualTo("n1");
        assertThat(status.number("/term")).isPositive();
        assertThat(status.number("/appliedIndex")).isPositive();
        assertThat(status.text("/members/0/peerId")).isEqualTo("n1.1");
        assertThat(status.text("/members/0/role")).isEqualTo("voter");
        assertThat(status.body().path("ready").asBoolean()).isTrue();
    }

    @Test
    void aNodeWhoseAgentHasJustBegunIsNotReady() {
        api.begins = true;
        try {
            assertThat(api.get("/v1/status").body().path("ready").asBoolean()).isFalse();
        } finally {
            api.begins = false;
        }
    }

    @Test
    void healthIsBadWithTheProblemsNamed() {
        assertThat(api.get("/v1/health").body().path("healthy").asBoolean()).isTrue();
        api.problems.add("the lease is over");
        try {
            var health = api.get("/v1/health");
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.text("/problems/0")).isEqualTo("the lease is over");
        } finally {
            api.problems.clear();
        }
    }

    @Test
    void aNodeThatIsOutOfTouchWithTheQuorumIsNotReady() {
        assertThat(api.get("/v1/ready").status()).isEqualTo(200);
        api.notReady = Optional.of("the lease is over");
        try {
            var ready = api.get("/v1/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.text("/problems/0")).isEqualTo("the lease is over");
        } finally {
            api.notReady = Optional.empty();
        }
    }

    @Test
    void doctorAndHashTellOfThisNode() {
        var doctor = api.get("/v1/doctor");
        assertThat(doctor.text("/engines/0")).isEqualTo("criu");
        assertThat(doctor.text("/selfTest")).contains("brought back");
        assertThat(doctor.body().has("checkpointKey")).isFalse();
        api.here.checkpointKey = "0123456789abcdef";
        assertThat(api.get("/v1/doctor").text("/checkpointKey")).isEqualTo("0123456789abcdef");
        api.here.checkpointKey = "";
        assertThat(doctor.body().path("signs").asBoolean()).isTrue();
        var hash = api.get("/v1/state/hash");
        assertThat(hash.text("/digest")).hasSize(64);
        assertThat(hash.number("/appliedIndex")).isPositive();
    }

    @Test
    void hashesTellOfAllNodesThatAreReady() {
        var hashes = api.get("/v1/state/hashes");

        assertThat(hashes.status()).isEqualTo(200);
        assertThat(hashes.text("/verdict")).isEqualTo("equal");
        assertThat(hashes.text("/nodes/0/node")).isEqualTo("n1");
        assertThat(hashes.text("/nodes/0/digest")).hasSize(64);
    }

    @Test
    void aSnapshotIsTakenOfAllThatIsAgreed() {
        api.post(
                "/v1/keys/transaction",
                "{\"then\":[{\"put\":{\"key\":\"snap\",\"value\":\"1\"}}]}");
        var agreed = api.get("/v1/status").number("/appliedIndex");

        var taken = api.post("/v1/state/snapshot", "");

        assertThat(taken.status()).isEqualTo(200);
        assertThat(taken.text("/node")).isEqualTo("n1");
        assertThat(taken.number("/index")).isGreaterThanOrEqualTo(agreed);
        assertThat(taken.number("/bytes")).isPositive();
        assertThat(taken.body().path("tookSeconds").asDouble()).isPositive();
        assertThat(api.post("/v1/state/snapshot", "").number("/index"))
                .isGreaterThanOrEqualTo(taken.number("/index"));
    }

    @Test
    void metricsAreTextForPrometheus() {
        api.metrics.counter("krg.host.starts_total").inc(3);
        api.metrics.gauge("krg.host.cells_alive", () -> () -> 2);
        api.metrics.timer("krg.state.commit").update(20, TimeUnit.MILLISECONDS);

        assertThat(api.text("/metrics"))
                .contains("# TYPE krg_host_starts_total counter\nkrg_host_starts_total 3")
                .contains("krg_host_cells_alive 2")
                .contains("krg_state_commit_seconds{quantile=\"0.5\"} 0.02")
                .contains("krg_state_commit_seconds_count 1");
    }

    @Test
    void nodesShowWhatIsSetAside() {
        api.running("reserving", HERE);

        var node = api.get("/v1/nodes/n1");

        assertThat(node.text("/state")).isEqualTo("ready");
        assertThat(node.text("/api")).isEqualTo(api.address().toString());
        assertThat(node.number("/reservedCpuMillis")).isGreaterThanOrEqualTo(100);
        assertThat(node.body().path("leader").asBoolean()).isTrue();
        assertThat(api.get("/v1/nodes").body().path("nodes")).hasSize(2);
    }

    @Test
    void aNodeIsFencedAndRemoved() {
        api.bringBack(Samples.THIRD);
        assertThat(api.delete("/v1/nodes/n3").status()).isEqualTo(409);
        var fenced = api.post("/v1/nodes/n3/fence", "{}");
        assertThat(fenced.text("/state")).isEqualTo("lost");
        assertThat(api.delete("/v1/nodes/n3").status()).isEqualTo(200);
        assertThat(api.get("/v1/nodes/n3").status()).isEqualTo(404);
        assertThat(api.post("/v1/nodes/n9/fence", "{}").status()).isEqualTo(404);
    }

    @Test
    void aRepeatedRequestThatRemovesSomethingIsAnsweredAsTheFirst() {
        api.post("/v1/users", "{\"name\":\"repeats\"}");
        api.post("/v1/roles", "{\"name\":\"repeats\"}");
        api.post("/v1/users/repeats/roles", "{\"role\":\"repeats\"}");
        api.register("n8", api.address());
        api.fence(new NodeId("n8"));
        var paths =
                List.of(
                        "/v1/nodes/n8",
                        "/v1/tokens/" + api.post("/v1/tokens", "{}").text("/id"),
                        "/v1/leases/" + api.post("/v1/leases", "{\"ttlSeconds\":60}").text("/id"),
                        "/v1/users/repeats/roles/repeats",
                        "/v1/users/repeats",
                        "/v1/roles/repeats");
        for (var path : paths) {
            var numbers = (51 + paths.indexOf(path)) + ":1";
            for (var time = 0; time < 2; time++) {
                var removed = api.delete(path, "Krg-Request", numbers);
                assertThat(removed.status())
                        .describedAs("%s %s", path, removed.body())
                        .isEqualTo(200);
            }
            assertThat(api.delete(path, "Krg-Request", "57:1").status()).isIn(400, 404, 409);
        }
    }

    @Test
    void aChangeOfTheVotersIsRefusedWithTheReason() {
        var refused = api.post("/v1/voters", "{\"promote\":[\"n2\",\"n3\"],\"demote\":[\"n1\"]}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("/error/message")).isEqualTo("n2 is no member");
        assertThat(refused.text("/error/remedy")).contains("krg-admin cluster join");
        assertThat(api.post("/v1/voters", "{}").text("/error/message"))
                .isEqualTo("no node is named");
        assertThat(api.post("/v1/voters", "{\"promote\":[\"a b\"]}").status()).isEqualTo(400);
        assertThat(api.post("/v1/voters", "{\"promoted\":[\"n2\"]}").status()).isEqualTo(400);
    }

    @Test
    void agentsLearnWhomToJoinAndOthersDoNot() {
        assertThat(api.get("/v1/join").status()).isEqualTo(403);
        assertThat(api.post("/v1/members", "{}").status()).isEqualTo(403);
        assertThat(api.get("/v1/processes/1/output").status()).isEqualTo(403);
        assertThat(api.get("/v1/processes/1/restart-mark").status()).isEqualTo(403);
        var join = api.agent.get("/v1/join");
        assertThat(join.text("/members/0/node")).isEqualTo("n1");
        assertThat(join.text("/members/0/raft")).isNotEmpty();
        assertThat(
                        api.agent
                                .post(
                                        "/v1/members",
                                        "{\"node\":\"n3\",\"peerId\":\"n4.1\",\"raft\":\"x:1\"}")
                                .text("/error/message"))
                .contains("peerId");
    }

    @Test
    void checkpointsAreTakenWhereTheProcessRuns() {
        var id = api.running("saved", AWAY);
        var generation = Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE);
        api.propose(new CommitGeneration(generation, 1));
        api.away.taken = generation;

        var taken = api.post("/v1/processes/saved/checkpoints", "{\"pinned\":false}");

        assertThat(taken.status()).isEqualTo(201);
        assertThat(taken.text("/id")).isEqualTo(id + ".1");
        assertThat(taken.text("/job")).isEqualTo("saved");
        assertThat(taken.text("/copies/1")).isEqualTo("n1");
        assertThat(taken.number("/frozenMillis")).isEqualTo(45);
        assertThat(api.away.asked).contains("checkpoint " + id + " false");
        var listed = api.get("/v1/checkpoints?target=saved");
        assertThat(listed.body().path("checkpoints")).hasSize(1);
        assertThat(listed.number("/usedBytes")).isPositive();
        assertThat(listed.number("/quotaBytes")).isZero();
        assertThat(api.get("/v1/checkpoints/" + id + ".1").text("/manifest")).hasSize(64);
        assertThat(api.get("/v1/processes/saved").number("/lastCheckpoint/number")).isEqualTo(1);
        var manifest = api.get("/v1/checkpoints/" + id + ".1/manifest");
        assertThat(manifest.text("/parts/0/name")).isEqualTo("core-300.img");
        assertThat(api.delete("/v1/checkpoints/" + id + ".1").status()).isEqualTo(409);
        var restored = api.post("/v1/checkpoints/" + id + ".1/restore", "{}");
        assertThat(restored.text("/phase")).isEqualTo("starting");
        assertThat(restored.text("/origin")).isEqualTo("checkpoint 1");
    }

    @Test
    void aProgramComesBackWithOtherFilesIfTheyCanBeOpenedWhereItRuns() {
        var id = api.running("replaced", AWAY);
        api.propose(
                new CommitGeneration(
                        Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE), 1));
        api.propose(new ReportCopies(new GenerationId(id, 1), List.of(AWAY)));
        var path = "/v1/checkpoints/" + id + ".1";
        var wanted =
                "{\"substitutes\":[{\"file\":\"/old\",\"path\":\"/new\"},{\"fd\":5,\"path\":\"/other\"}]}";
        var epoch = api.process(id).epoch();

        api.away.unopenable.add("/new is not there");
        var refused = api.post(path + "/restore", wanted);
        api.away.unopenable.clear();

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.number("/error/exit")).isEqualTo(5);
        assertThat(refused.text("/error/message")).contains("node n2", "/new is not there");
        assertThat(api.process(id).epoch()).isEqualTo(epoch);
        assertThat(api.get(path).body().path("substitutes")).isEmpty();

        var restored = api.post(path + "/restore", wanted);
        assertThat(restored.text("/origin")).isEqualTo("checkpoint 1");
        assertThat(api.get(path).text("/substitutes/0/file")).isEqualTo("/old");
        assertThat(api.get(path).number("/substitutes/1/fd")).isEqualTo(5);
        assertThat(api.get(path).text("/substitutes/1/path")).isEqualTo("/other");
        assertThat(api.away.asked)
                .contains("openings " + id + ".1 [/old=/new, 5=/other]")
                .anyMatch(it -> it.startsWith("unopenable as"));

        assertThat(api.post(path + "/restore", "{}").status()).isEqualTo(200);
        assertThat(api.get(path).body().path("substitutes")).isEmpty();
    }

    @Test
    void aProgramThatMayComeBackAnywhereNeedsItsFilesEverywhere() {
        var id = api.running("roaming", AWAY);
        api.propose(
                new CommitGeneration(
                        Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE), 1));
        api.exit(id, 0);
        var path = "/v1/checkpoints/" + id + ".1/restore";
        var wanted = "{\"substitutes\":[{\"file\":\"/old\",\"path\":\"/new\"}]}";

        api.here.unopenable.add("Permission denied");
        var refused = api.post(path, wanted);
        api.here.unopenable.clear();

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("/error/message")).contains("node n1: Permission denied");
        assertThat(api.post(path, wanted).status()).isEqualTo(200);
    }

    @Test
    void whatWasNotOpenIsNotFoundAndWhatMakesNoSenseIsRefused() {
        var id = api.running("unopened", AWAY);
        api.propose(
                new CommitGeneration(
                        Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE), 1));
        var path = "/v1/checkpoints/" + id + ".1/restore";

        var missing = api.post(path, "{\"substitutes\":[{\"file\":\"/none\",\"path\":\"/new\"}]}");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.number("/error/exit")).isEqualTo(3);
        for (var wrong :
                List.of(
                        "{\"path\":\"/new\"}",
                        "{\"file\":\"/old\"}",
                        "{\"file\":\"/old\",\"fd\":5,\"path\":\"/new\"}",
                        "{\"file\":\"old\",\"path\":\"/new\"}",
                        "{\"fd\":-1,\"path\":\"/new\"}")) {
            var refused = api.post(path, "{\"substitutes\":[" + wrong + "]}");
            assertThat(refused.status()).as(wrong).isEqualTo(400);
        }
        assertThat(api.post("/v1/openings", "{}").status()).isEqualTo(403);
        assertThat(api.post("/v1/checkpoints/" + id + ".1/openings", "{}").status()).isEqualTo(403);
    }

    @Test
    void whatTheCheckpointsOfAUserMayTakeIsRootsToSay() {
        var id = api.running("limited", AWAY);
        var owner = api.store.image().jobs().require(api.process(id).job()).owner().name();
        var path = "/v1/checkpoint-quotas";

        var set = api.post(path, "{\"owner\":\"%s\",\"bytes\":1000000000}".formatted(owner));
        try {
            assertThat(set.status()).isEqualTo(200);
            api.propose(
                    new CommitGeneration(
                            Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE), 1));
            var listed = api.get("/v1/checkpoints?target=limited");
            assertThat(listed.text("/owner/owner")).isEqualTo(owner);
            assertThat(listed.number("/owner/quotaBytes")).isEqualTo(1_000_000_000);
            assertThat(listed.number("/owner/usedBytes"))
                    .isGreaterThanOrEqualTo(listed.number("/usedBytes"));
            assertThat(api.get(path).body().path("owners").toString()).contains(owner);
            assertThat(api.post(path, "{\"bytes\":0}").status()).isEqualTo(400);
            assertThat(api.post(path, "{\"owner\":\"no name\",\"bytes\":1}").status())
                    .isEqualTo(400);
        } finally {
            api.delete(path + "?owner=" + owner);
        }
        assertThat(api.get("/v1/checkpoints?target=limited").number("/owner/quotaBytes")).isZero();
    }

    @Test
    void ofWhichNoNodeHasACopyNothingIsRead() {
        var id = api.running("copyless", AWAY);
        api.propose(
                new CommitGeneration(
                        Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE), 1));
        api.propose(new ReportCopies(new GenerationId(id, 1), List.of()));

        var refused = api.post("/v1/checkpoints/" + id + ".1/verify", "{}");

        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.text("/error/message")).contains("no node has a copy");
        assertThat(refused.text("/error/remedy")).contains("checkpoint rm " + id + ".1");
    }

    @Test
    void eachCopyOfACheckpointIsReadByItsNode() {
        var id = api.running("read", AWAY);
        var generation = Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE);
        api.propose(new CommitGeneration(generation, 1));
        var path = "/v1/checkpoints/" + id + ".1/verify";

        var away = api.post(path + "?node=" + AWAY, "{}");
        assertThat(away.text("/state")).isEqualTo("good");
        assertThat(away.number("/repaired")).isEqualTo(1);
        assertThat(api.away.asked).contains("verify " + id + ".1");
        api.here.damaged = true;
        var here = api.post(path + "?node=" + HERE, "{}");
        api.here.damaged = false;
        assertThat(here.text("/state")).isEqualTo("damaged");
        assertThat(here.text("/problem")).contains("no other copy is good");
        assertThat(api.post(path + "?node=n9", "{}").status()).isEqualTo(404);
    }

    @Test
    void onlyCheckpointsOfOneProcessAreCompared() {
        var id = api.running("compared", AWAY);
        var other = api.running("other", AWAY);
        for (var process : List.of(id, other)) {
            api.propose(
                    new CommitGeneration(
                            Samples.generation(
                                    process, 1, api.process(process).epoch(), AWAY, HERE),
                            1));
        }
        var path = "/v1/checkpoints/" + id + ".1/diff";

        var same = api.get(path + "?to=" + id + ".1");
        assertThat(same.text("/parts/0/change")).isEqualTo("changed");
        assertThat(same.number("/newPages")).isEqualTo(1);
        assertThat(api.get(path + "?to=" + other + ".1").status()).isEqualTo(400);
        assertThat(api.get(path).status()).isEqualTo(400);
    }

    @Test
    void theManifestIsToldByANodeThatHasACopy() {
        var id = api.running("far-saved", AWAY);
        api.propose(
                new CommitGeneration(
                        Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE), 1));
        api.propose(new ReportCopies(new GenerationId(id, 1), List.of(AWAY)));

        assertThat(api.get("/v1/checkpoints/" + id + ".1/manifest").text("/engine"))
                .isEqualTo("criu");
        assertThat(api.get("/v1/checkpoints/" + id + ".9").status()).isEqualTo(404);
        assertThat(api.get("/v1/checkpoints/x").status()).isEqualTo(404);
    }

    @Test
    void whatIsEncryptedWhereItIsKeptIsExportedOnlyToWhoeverSaysSo() {
        var id = api.running("secret", AWAY);
        api.propose(
                new CommitGeneration(
                        Samples.generation(id, 1, api.process(id).epoch(), AWAY, HERE), 1));
        api.propose(new ReportCopies(new GenerationId(id, 1), List.of(AWAY)));
        var path = "/v1/checkpoints/" + id + ".1/archive";
        assertThat(api.get(path).status()).isEqualTo(200);
        api.away.checkpointKey = "0123456789abcdef";
        try {
            var refused = api.get(path);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.text("/error/message")).contains("encrypted", AWAY.name());
            assertThat(refused.text("/error/remedy")).contains("--decrypt");
            assertThat(api.get(path + "?decrypt=false").status()).isEqualTo(409);
            assertThat(api.get(path + "?decrypt=true").status()).isEqualTo(200);
        } finally {
            api.away.checkpointKey = "";
        }
    }

    @Test
    void aNodeThatEncryptsGetsAnotherKeyAlsoThroughAnother() {
        var path = "/v1/nodes/" + AWAY + "/checkpoint-key";
        assertThat(api.post(path, "{}").status()).isEqualTo(409);
        api.away.checkpointKey = "0123456789abcdef";
        try {
            var done = api.post(path, "{}");
            assertThat(done.status()).isEqualTo(200);
            assertThat(done.text("/node")).isEqualTo(AWAY.name());
            assertThat(done.text("/key")).isEqualTo("fedcba9876543210");
        } finally {
            api.away.checkpointKey = "";
        }
        assertThat(api.post("/v1/nodes/nowhere/checkpoint-key", "{}").status()).isEqualTo(404);
    }

    @Test
    void whatCannotBeSavedIsNamedThroughAnotherNode() {
        var id = api.running("stubborn", AWAY);
        api.away.taken = null;

        var refused = api.postRaw("/v1/processes/" + id + "/checkpoints", new byte[0]);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("/error/code")).isEqualTo("NOT_CHECKPOINTABLE");
        assertThat(refused.text("/error/message")).contains("io_uring");
        assertThat(refused.number("/error/exit")).isEqualTo(9);
    }

    @Test
    void aRequestThatWasPassedOnIsNotPassedOnAgain() {
        ProcessId id = api.running("elsewhere", AWAY);

        var refused =
                api.agent.post(
                        "/v1/processes/" + id + "/checkpoints",
                        "{}",
                        "Krg-Caller",
                        "0:0",
                        "Krg-Principal",
                        "root");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text("/error/code")).isEqualTo("NO_QUORUM");
    }
}
