// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.cluster.Running;

/// Users whom `etcdctl` makes are known by the certificates that `krg-admin` makes for them, and do
/// over TLS what their roles allow.
@ExtendWith(SharedCluster.class)
class EtcdctlTlsTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Cluster cluster;

    @TempDir Path keys;

    EtcdctlTlsTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void makeUsers() {
        assumeTrue(
                List.of("/usr/bin/etcdctl", "/usr/local/bin/etcdctl").stream()
                        .map(Path::of)
                        .anyMatch(Files::isExecutable),
                "there is no etcdctl; tools/setup installs etcd-client");
        root("user", "add", "root", "--no-password").require(0);
        root("user", "add", "ann", "--no-password").require(0);
        root("role", "add", "app").require(0);
        root("role", "grant-permission", "app", "readwrite", "--prefix", "tls/app/").require(0);
        root("user", "grant-role", "ann", "app").require(0);
        assertThat(root("auth", "enable").require(0).out()).contains("Authentication Enabled");
        krg("user", "certificate", "ann", "--out", keys.toString());
        krg("user", "certificate", "carol", "--admin", "--out", keys.toString());
    }

    /// The cluster is other tests' as well.
    @AfterEach
    void forgetUsers() {
        cluster.run("auth", "disable");
        for (var line : List.of("user delete ann", "role delete app", "user delete root")) {
            root(line.split(" ", -1));
        }
    }

    @Test
    void aUserDoesWhatTheirRolesAllowAndNoMore() {
        assertThat(etcdctl("ann", 0, "put", "tls/app/a", "1").out()).isEqualTo("OK\n");
        assertThat(etcdctl("ann", 0, "get", "--prefix", "tls/app/").out())
                .isEqualTo("tls/app/a\n1\n");
        assertThat(etcdctl("ann", 1, "put", "tls/other", "1").err()).contains("permission denied");
        assertThat(etcdctl("ann", 1, "get", "--prefix", "tls/").err())
                .contains("permission denied");
        assertThat(etcdctl("ann", 5, "snapshot", "save", keys.resolve("all").toString()).err())
                .contains("permission denied");

        assertThat(etcdctl("carol", 0, "put", "tls/other", "1").out()).isEqualTo("OK\n");
        assertThat(etcdctl("carol", 0, "del", "--prefix", "tls/").out()).isEqualTo("2\n");
        assertThat(etcdctl("carol", 0, "endpoint", "status").out()).contains("https://");

        // Whoever is connected anew sees the other certificate; nothing else changes.
        krg("node", "cert", "renew", cluster.members().getFirst().node());
        assertThat(etcdctl("carol", 0, "get", "--prefix", "tls/").out()).isEmpty();

        var lease = lease("carol");
        assertThat(etcdctl("ann", 1, "lease", "revoke", lease).err()).contains("permission denied");
        assertThat(etcdctl("ann", 1, "put", "tls/app/l", "1", "--lease=" + lease).err())
                .contains("permission denied");
        etcdctl("carol", 0, "lease", "revoke", lease);
        var own = lease("ann");
        etcdctl("ann", 0, "put", "tls/app/l", "1", "--lease=" + own);
        etcdctl("ann", 0, "lease", "revoke", own);
        assertThat(etcdctl("ann", 0, "get", "tls/app/l").out()).isEmpty();

        assertThat(etcdctl("ann", 1, "user", "add", "eve", "--no-password").err())
                .contains("permission denied");
        assertThat(etcdctl("carol", 0, "user", "delete", "ann").out()).contains("ann deleted");
        assertThat(etcdctl("ann", 1, "get", "tls/app/a").err()).contains("there is no user ann");
    }

    private String lease(String holder) {
        return etcdctl(holder, 0, "lease", "grant", "60").out().split(" ", -1)[1];
    }

    @Test
    void aUserWatchesComparesAndStandsForElectionOverTls() {
        try (var watch = start("ann", "watch", "--prefix", "tls/app/")) {
            Await.until(
                    "the watch to see a put",
                    LIMIT,
                    () -> {
                        etcdctl("ann", 0, "put", "tls/app/begin", "0");
                        return watch.outSoFar().contains("tls/app/begin");
                    });
            var txn = "create(\"tls/app/a\") = \"0\"\n\nput tls/app/a made\n\nget tls/app/a\n\n";
            assertThat(transact("ann", txn)).startsWith("SUCCESS");
            assertThat(transact("ann", txn)).startsWith("FAILURE").contains("made");
            etcdctl("ann", 0, "del", "tls/app/a");
            Await.until(
                    "the watch to see the end",
                    LIMIT,
                    () -> watch.outSoFar().endsWith("DELETE\ntls/app/a\n\n"));
            assertThat(watch.outSoFar()).contains("PUT\ntls/app/a\nmade\n");
        }
        try (var leader = start("ann", "elect", "tls/app/vote", "me")) {
            Await.until("to be elected", LIMIT, () -> leader.outSoFar().contains("me"));
            try (var listener = start("ann", "elect", "--listen", "tls/app/vote")) {
                Await.until("the leader", LIMIT, () -> listener.outSoFar().contains("me"));
            }
            leader.interrupt();
            var _ = leader.await(LIMIT);
        }
        etcdctl("ann", 0, "del", "--prefix", "tls/app/");
    }

    /// The first round compiles what the second one measures: agents that have just begun may be
    /// too slow for it.
    @Tag("long")
    @Test
    void checkPerfPassesForSmallLoadOverTlsOnceTheAgentsHaveWorked() {
        assertThat(checkPerf().out()).contains("Throughput");

        assertThat(checkPerf().require(0).out()).contains("PASS").doesNotContain("FAIL");
    }

    private Finished checkPerf() {
        try (var check = start("carol", "check", "perf", "--load=s")) {
            return check.await(LIMIT);
        }
    }

    private String transact(String user, String txn) {
        var command = commandOf(user);
        command.add("txn");
        var script = "printf '%s' '" + txn + "' | " + String.join(" ", command);
        try (var running = cluster.installation().startProgram(List.of("/bin/sh", "-c", script))) {
            return running.await(LIMIT).require(0).out();
        }
    }

    @Test
    void whatIsToldOfTheClusterIsOfUseOverTls() throws IOException {
        assertThat(etcdctl("carol", 0, "member", "list").out())
                .contains("https://")
                .doesNotContain("http://");
        var health = etcdctl("carol", 0, "endpoint", "health", "--cluster");
        assertThat(health.out() + health.err()).contains("is healthy").doesNotContain("unhealthy");
        assertThat(etcdctl("carol", 0, "endpoint", "hashkv", "--cluster").out()).hasLineCount(3);
        assertThat(etcdctl("carol", 0, "lock", "tls/lock", "echo", "held").out())
                .isEqualTo("held\n");
        assertThat(etcdctl("carol", 0, "put", "tls/kept", "1").out()).isEqualTo("OK\n");

        // Lengths of all kinds, as etcdctl counts the bytes of a file.
        for (var round = 0; round < 3; round++) {
            var saved = keys.resolve("saved" + round);
            etcdctl("carol", 0, "snapshot", "save", saved.toString());
            assertThat(Files.size(saved)).isPositive();
            krg("state", "inspect", saved.toString());
            etcdctl("carol", 0, "put", "tls/kept", "1".repeat(100 * round));
        }
        etcdctl("carol", 0, "del", "--prefix", "tls/");
    }

    @Test
    void whoeverShowsNoCertificateOfTheClusterIsNotLetInOverTls() {
        var command = command("https");
        command.addAll(List.of("--dial-timeout=2s", "--command-timeout=2s", "get", "a"));
        try (var running = cluster.installation().startProgram(command)) {
            assertThat(running.await(LIMIT).require(1).err()).isNotEmpty();
        }
    }

    private void krg(String... arguments) {
        cluster.run(arguments).require(0);
    }

    /// By the user of this machine, unencrypted.
    private Finished root(String... arguments) {
        var command = command("http");
        command.addAll(List.of(arguments));
        try (var running = cluster.installation().startProgram(command)) {
            return running.await(LIMIT);
        }
    }

    private Finished etcdctl(String user, int exit, String... arguments) {
        try (var running = start(user, arguments)) {
            return running.await(LIMIT).require(exit);
        }
    }

    private Running start(String user, String... arguments) {
        var command = commandOf(user);
        command.addAll(List.of(arguments));
        return cluster.installation().startProgram(command);
    }

    private List<String> commandOf(String user) {
        var command = command("https");
        command.add("--cacert=" + keys.resolve("ca.crt"));
        command.add("--cert=" + keys.resolve(user + ".crt"));
        command.add("--key=" + keys.resolve(user + ".key"));
        return command;
    }

    private List<String> command(String scheme) {
        var command = new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl"));
        command.addAll(List.of("--dial-timeout=30s", "--command-timeout=60s"));
        command.add("--endpoints=" + scheme + "://" + cluster.members().getFirst().api());
        return command;
    }
}
