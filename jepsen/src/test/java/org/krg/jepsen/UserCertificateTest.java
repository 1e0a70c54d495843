// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;

/// `krg-admin` over TLS: whoever has a certificate is who it names, root of the machine or not.
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserCertificateTest {
    private final Cluster cluster;

    @TempDir static Path keys;

    UserCertificateTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void makeUsers() {
        Stream.of(
                        "user add root",
                        "user grant-role root root",
                        "user add ann",
                        "role add app",
                        "role grant app admin/app/ --prefix --mode read-write",
                        "user grant-role ann app",
                        "auth enable",
                        "user certificate ann --out " + keys,
                        "user certificate carol --admin --out " + keys)
                .forEach(line -> cluster.run(line.split(" ", -1)).require(0));
    }

    /// The cluster is other tests' as well.
    @AfterAll
    void forgetUsers() {
        Stream.of("auth disable", "user delete ann", "role delete app", "user delete root")
                .forEach(line -> cluster.run(line.split(" ", -1)));
    }

    @Test
    void aCertificateSaysWhoAsks() {
        as("ann", 0, "state", "put", "admin/app/a", "1");
        assertThat(as("ann", 0, "state", "get", "admin/app/a").out()).contains("1");
        assertThat(as("ann", 4, "state", "put", "admin/other", "1").err()).contains("ann");
        as("ann", 4, "node", "drain", cluster.members().getFirst().node());

        as("carol", 0, "state", "put", "admin/other", "1");
        as("carol", 0, "state", "delete", "--prefix", "admin/");
        assertThat(as("carol", 0, "node", "list").out())
                .contains(cluster.members().getLast().node());
    }

    @Test
    void aUserRunsJobsAndSeesTheirOutput() {
        var ran = as("carol", 0, "run", "--wait", "--name", "by-tls", "--", "echo", "hello");
        assertThat(ran.out()).contains("hello");
    }

    @Test
    void whatIsMissingOrWrongIsSaid() {
        var endpoint = "https://" + cluster.members().getFirst().api();
        assertThat(cluster.run("ps", "--endpoint", endpoint).require(2).err())
                .contains("--cacert, --cert and --key")
                .contains("krg-admin user certificate");
        assertThat(with(4, "ca.crt", "none.crt", "none.key", "ps").err()).contains("none.crt");
        assertThat(with(2, "ca.crt", "ann.key", "ann.key", "ps").err()).contains("PEM");
        assertThat(with(4, "ann.crt", "ann.crt", "ann.key", "ps").err())
                .contains("do not believe each other")
                .contains("--cacert");
    }

    private Finished as(String user, int exit, String... arguments) {
        return with(exit, "ca.crt", user + ".crt", user + ".key", arguments);
    }

    private Finished with(
            int exit, String authority, String certificate, String key, String... arguments) {
        var line = new ArrayList<>(List.of(arguments));
        var options =
                List.of(
                        "--endpoint=https://" + cluster.members().getFirst().api(),
                        "--cacert=" + keys.resolve(authority),
                        "--cert=" + keys.resolve(certificate),
                        "--key=" + keys.resolve(key));
        // What follows "--" is the program's.
        var end = line.indexOf("--");
        line.addAll(end < 0 ? line.size() : end, options);
        return cluster.run(line.toArray(String[]::new)).require(exit);
    }
}
