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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;

/// Users whom `krg-admin` makes are known by their certificates, and do with `etcdctl` over TLS
/// what their roles allow.
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
        krg("user", "add", "root");
        krg("user", "grant-role", "root", "root");
        krg("user", "add", "ann");
        krg("role", "add", "app");
        krg("role", "grant", "app", "tls/app/", "--prefix", "--mode", "read-write");
        krg("user", "grant-role", "ann", "app");
        krg("auth", "enable");
        krg("user", "certificate", "ann", "--out", keys.toString());
        krg("user", "certificate", "carol", "--admin", "--out", keys.toString());
    }

    /// The cluster is other tests' as well.
    @AfterEach
    void forgetUsers() {
        for (var line :
                List.of("auth disable", "user delete ann", "role delete app", "user delete root")) {
            cluster.run(line.split(" ", -1));
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

        var lease = etcdctl("carol", 0, "lease", "grant", "60").out().split(" ", -1)[1];
        assertThat(etcdctl("ann", 1, "lease", "revoke", lease).err()).contains("permission denied");
        etcdctl("carol", 0, "lease", "revoke", lease);

        krg("user", "delete", "ann");
        assertThat(etcdctl("ann", 1, "get", "tls/app/a").err()).contains("there is no user ann");
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
        var command = new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl"));
        command.add("--endpoints=https://" + cluster.members().getFirst().api());
        command.addAll(List.of("--dial-timeout=2s", "--command-timeout=2s", "get", "a"));
        try (var running = cluster.installation().startProgram(command)) {
            assertThat(running.await(LIMIT).require(1).err()).isNotEmpty();
        }
    }

    private void krg(String... arguments) {
        cluster.run(arguments).require(0);
    }

    private Finished etcdctl(String user, int exit, String... arguments) {
        var command = new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl"));
        command.addAll(List.of("--dial-timeout=30s", "--command-timeout=60s"));
        command.add("--endpoints=https://" + cluster.members().getFirst().api());
        command.add("--cacert=" + keys.resolve("ca.crt"));
        command.add("--cert=" + keys.resolve(user + ".crt"));
        command.add("--key=" + keys.resolve(user + ".key"));
        command.addAll(List.of(arguments));
        try (var running = cluster.installation().startProgram(command)) {
            return running.await(LIMIT).require(exit);
        }
    }
}
