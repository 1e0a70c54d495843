// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.cluster.Running;
import org.krg.tools.http.Json;

/// Debian's `etcdctl` works against a cluster of krg as against one of etcd.
@ExtendWith(SharedCluster.class)
class EtcdctlTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Cluster cluster;

    EtcdctlTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void require() {
        assumeTrue(
                List.of("/usr/bin/etcdctl", "/usr/local/bin/etcdctl").stream()
                        .map(Path::of)
                        .anyMatch(Files::isExecutable),
                "there is no etcdctl; tools/setup installs etcd-client");
    }

    @Test
    void putGetAndDel() {
        assertThat(etcdctl("put", "etcdctl/a", "1").out()).isEqualTo("OK\n");
        assertThat(etcdctl("put", "etcdctl/b", "2", "--prev-kv").out()).startsWith("OK\n");
        assertThat(etcdctl("get", "etcdctl/a").out()).isEqualTo("etcdctl/a\n1\n");
        assertThat(etcdctl("get", "--prefix", "etcdctl/", "--print-value-only").out())
                .isEqualTo("1\n2\n");
        assertThat(etcdctl("get", "--prefix", "etcdctl/", "--order=DESCEND", "--limit=1").out())
                .isEqualTo("etcdctl/b\n2\n");
        assertThat(etcdctl("get", "--prefix", "etcdctl/", "--consistency=s", "--keys-only").out())
                .contains("etcdctl/a", "etcdctl/b");
        assertThat(etcdctl("del", "--prefix", "etcdctl/").out()).isEqualTo("2\n");
        assertThat(etcdctl("get", "--prefix", "etcdctl/").out()).isEmpty();
    }

    @Test
    void aWatchShowsEveryChangeInOrder() {
        try (var watch = start("watch", "--prefix", "watched/")) {
            Await.until(
                    "the watch to see a put",
                    LIMIT,
                    () -> {
                        etcdctl("put", "watched/begin", "0");
                        return watch.outSoFar().contains("watched/begin");
                    });
            etcdctl("put", "watched/a", "1");
            etcdctl("put", "watched/a", "2");
            etcdctl("del", "watched/a");
            Await.until(
                    "the watch to see the end",
                    LIMIT,
                    () -> watch.outSoFar().endsWith("DELETE\nwatched/a\n\n"));
            assertThat(watch.outSoFar())
                    .endsWith("PUT\nwatched/a\n1\nPUT\nwatched/a\n2\nDELETE\nwatched/a\n\n");
        }
        etcdctl("del", "--prefix", "watched/");
    }

    @Test
    void aTransaction() {
        var stdin = "create(\"txn/a\") = \"0\"\n\nput txn/a made\n\nget txn/a\n\n";
        assertThat(shell("printf '%s' '" + stdin + "' | " + text(command("txn"))).out())
                .startsWith("SUCCESS");
        assertThat(shell("printf '%s' '" + stdin + "' | " + text(command("txn"))).out())
                .startsWith("FAILURE")
                .contains("made");
        etcdctl("del", "txn/a");
    }

    @Test
    void leases() {
        var lease = etcdctl("lease", "grant", "60").out().split(" ", -1)[1];
        etcdctl("put", "leased/a", "1", "--lease=" + lease);
        assertThat(etcdctl("lease", "keep-alive", "--once", lease).out())
                .contains("keepalived with TTL(60)");
        assertThat(etcdctl("lease", "timetolive", "--keys", lease).out())
                .contains("granted with TTL(60s)", "leased/a");
        assertThat(etcdctl("lease", "list").out()).contains(lease);
        assertThat(etcdctl("lease", "revoke", lease).out()).contains("revoked");
        assertThat(etcdctl("get", "leased/a").out()).isEmpty();
    }

    @Test
    void aLockIsHeldByOneAtATime() {
        try (var holder = start("lock", "etcdctl-lock")) {
            Await.until(
                    "the lock to be held",
                    LIMIT,
                    () -> holder.outSoFar().contains("etcdctl-lock/"));
            try (var waiter = start("lock", "etcdctl-lock", "echo", "mine")) {
                Await.until(
                        "the second to wait",
                        LIMIT,
                        () ->
                                etcdctl("get", "--prefix", "etcdctl-lock/", "--keys-only")
                                                .out()
                                                .strip()
                                                .lines()
                                                .filter(line -> !line.isEmpty())
                                                .count()
                                        == 2);
                assertThat(waiter.outSoFar()).isEmpty();
                holder.interrupt();
                assertThat(waiter.await(LIMIT).require(0).out()).isEqualTo("mine\n");
            }
        }
    }

    @Test
    void anElection() {
        try (var leader = start("elect", "vote", "me")) {
            Await.until("to be elected", LIMIT, () -> leader.outSoFar().contains("me"));
            try (var listener = start("elect", "--listen", "vote")) {
                Await.until("the leader", LIMIT, () -> listener.outSoFar().contains("me"));
            }
            leader.interrupt();
            var _ = leader.await(LIMIT);
        }
    }

    @Test
    void membersAndEndpoints() {
        var members = etcdctl("member", "list").out();
        assertThat(members.lines())
                .hasSize(3)
                .allMatch(line -> line.contains("started") && line.endsWith("false"));
        assertThat(members).contains("n1", "n2", "n3");
        assertThat(etcdctl("endpoint", "health").err() + etcdctl("endpoint", "health").out())
                .contains("is healthy")
                .doesNotContain("unhealthy");
        var status = json(etcdctl("endpoint", "status", "-w", "json"));
        assertThat(status).hasSize(3);
        var leaders =
                Cluster.stream(status)
                        .map(each -> each.path("Status"))
                        .filter(each ->
                                each.path("leader")
                                        .asText()
                                        .equals(each.path("header").path("member_id").asText()));
        assertThat(leaders).hasSize(1);
        var revision = status.get(0).path("Status").path("header").path("revision").asText();
        Await.until(
                "every member to have that revision and equal hashes",
                LIMIT,
                () -> {
                    var hashes =
                            json(etcdctl("endpoint", "hashkv", "--rev=" + revision, "-w", "json"));
                    return hashes.size() == 3
                            && Cluster.stream(hashes)
                                            .map(each -> each.path("HashKV").path("hash").asText())
                                            .distinct()
                                            .count()
                                    == 1;
                });
    }

    @Test
    void theLeadershipIsMoved() {
        var before = json(etcdctl("endpoint", "status", "-w", "json"));
        var leader = before.get(0).path("Status").path("leader").asText();
        var follower =
                Cluster.stream(before)
                        .map(EtcdctlTest::member)
                        .filter(member -> !member.equals(leader))
                        .findFirst()
                        .orElseThrow();
        assertThat(fails("move-leader", "4711").err()).contains("bad leader transferee");

        assertThat(etcdctl("move-leader", hex(follower)).out())
                .contains("Leadership transferred from " + hex(leader) + " to " + hex(follower));

        Await.until(
                "every member to know the new leader",
                LIMIT,
                () ->
                        Cluster.stream(json(etcdctl("endpoint", "status", "-w", "json")))
                                .allMatch(each ->
                                        each.path("Status")
                                                .path("leader")
                                                .asText()
                                                .equals(follower)));
    }

    private static String member(JsonNode status) {
        return status.path("Status").path("header").path("member_id").asText();
    }

    private static String hex(String member) {
        return Long.toHexString(Long.parseUnsignedLong(member));
    }

    @Test
    void usersAndRoles() {
        assertThat(etcdctl("user", "add", "etcdctl-ann", "--no-password").out())
                .isEqualTo("User etcdctl-ann created\n");
        try {
            assertThat(fails("user", "add", "etcdctl-ann", "--no-password").err())
                    .contains("etcdserver: user name already exists");
            etcdctl("role", "add", "etcdctl-app");
            etcdctl("role", "grant-permission", "etcdctl-app", "read", "--prefix", "app/");
            etcdctl("user", "grant-role", "etcdctl-ann", "etcdctl-app");

            assertThat(etcdctl("user", "list").out()).contains("etcdctl-ann\n");
            assertThat(etcdctl("role", "list").out()).contains("etcdctl-app\n", "root\n");
            assertThat(etcdctl("user", "get", "etcdctl-ann", "--detail").out())
                    .contains("Role etcdctl-app", "[app/, app0) (prefix app/)");
            assertThat(cluster.run("role", "show", "etcdctl-app").require(0).out())
                    .contains("app/");

            etcdctl("role", "revoke-permission", "etcdctl-app", "--prefix", "app/");
            assertThat(fails("role", "revoke-permission", "etcdctl-app", "app/").err())
                    .contains("etcdserver: permission is not granted to the role");
            etcdctl("user", "revoke-role", "etcdctl-ann", "etcdctl-app");
        } finally {
            etcdctl("user", "delete", "etcdctl-ann");
            etcdctl("role", "delete", "etcdctl-app");
        }
        assertThat(fails("user", "get", "etcdctl-ann").err())
                .contains("etcdserver: user name not found");
    }

    @Test
    void aSnapshotIsABackup(@TempDir Path directory) {
        var saved = directory.resolve("saved").toString();
        assertThat(etcdctl("put", "saved", "by etcdctl").out()).isEqualTo("OK\n");

        // It asks one member only.
        var first = cluster.members().getFirst();
        shell(
                "ETCDCTL_API=3 etcdctl --endpoints=%s snapshot save %s"
                        .formatted(first.api(), saved));

        cluster.run("state", "inspect", saved).require(0);
        var data = cluster.data(first.node()).toString();
        Await.until(
                "the audit log to say who read everything",
                LIMIT,
                () ->
                        cluster.run("audit", "show", data, "--last", "100")
                                .require(0)
                                .out()
                                .lines()
                                .anyMatch(line ->
                                        line.contains("root (uid ")
                                                && line.contains("Maintenance/Snapshot")));
    }

    @Test
    void whatKrgDoesOtherwiseIsNamed() {
        assertThat(fails("member", "remove", "1").err()).contains("krg-admin");
        assertThat(fails("auth", "disable").err()).contains("krg-admin auth disable");
        assertThat(fails("user", "add", "someone:secret").err()).contains("--no-password");
        assertThat(fails("get", "a", "--rev=999999999").err())
                .contains("required revision is a future revision");
    }

    @Tag("long")
    @Test
    void checkPerfPassesForSmallLoad() {
        try (var check = start("check", "perf", "--load=s")) {
            assertThat(check.await(Duration.ofMinutes(3)).require(0).out()).contains("PASS");
        }
    }

    private Finished etcdctl(String... arguments) {
        try (var running = start(arguments)) {
            return running.await(LIMIT).require(0);
        }
    }

    private Finished fails(String... arguments) {
        try (var running = start(arguments)) {
            return running.await(LIMIT).require(1);
        }
    }

    private Finished shell(String script) {
        try (var running = cluster.installation().startProgram(List.of("/bin/sh", "-c", script))) {
            return running.await(LIMIT).require(0);
        }
    }

    private Running start(String... arguments) {
        return cluster.installation().startProgram(command(arguments));
    }

    private List<String> command(String... arguments) {
        var endpoints =
                cluster.members().stream()
                        .map(member -> member.api().toString())
                        .collect(Collectors.joining(","));
        var command = new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl"));
        command.addAll(List.of("--dial-timeout=30s", "--command-timeout=60s"));
        command.add("--endpoints=" + endpoints);
        command.addAll(List.of(arguments));
        return command;
    }

    private static String text(List<String> command) {
        return String.join(" ", command);
    }

    private static JsonNode json(Finished finished) {
        try {
            return Json.parse(finished.out());
        } catch (JsonProcessingException broken) {
            throw new AssertionError(finished.toString(), broken);
        }
    }
}
