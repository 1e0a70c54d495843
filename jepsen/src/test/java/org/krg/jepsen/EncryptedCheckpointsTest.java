// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.cluster.Cluster;

/// A cluster whose nodes encrypt the checkpoints that they keep.
@Tag("long")
class EncryptedCheckpointsTest {
    private static final String JOB = "keeper";
    private static final int SECRET_BYTES = 1 << 20;
    private static final Duration SOON = Duration.ofMinutes(3);

    private static final String KEEPER =
            """
            import sys, time
            secret = open(sys.argv[1], 'rb').read()
            n = 0
            while True:
                n += 1; print(n, len(secret), secret[-1], flush=True); time.sleep(0.05)
            """;

    @Test
    void whatAProgramKnowsIsOnNoDiskAndComesBackFromAnyOfThem() throws IOException {
        try (var cluster = Cluster.upEncrypting(3)) {
            var secret = secret();
            var file = cluster.installation().scratch().resolve("secret");
            Files.write(file, secret);
            cluster.run("run", "--name", JOB, "/usr/bin/python3", "-c", KEEPER, file.toString())
                    .require(0);
            awaitLines(cluster, 10);
            var taken = cluster.run("checkpoint", "create", JOB, "-o", "json").require(0).json();
            assertThat(taken.path("copies")).hasSizeGreaterThanOrEqualTo(2);
            for (var node : cluster.nodes()) {
                assertThat(with(secret, cluster.data(node))).isEmpty();
            }
            assertThat(cluster.run("checkpoint", "verify", "--all").exit()).isZero();

            anotherKeyTakesOver(cluster);
            archivesAreInTheClearAndOnlyIfThatIsSaid(cluster, taken.path("id").asText(), secret);

            var home = cluster.process(JOB).path("node").asText();
            cluster.killNode(home);
            await().atMost(SOON)
                    .until(() ->
                            !cluster.process(JOB).path("node").asText().equals(home)
                                    && cluster.process(JOB)
                                            .path("phase")
                                            .asText()
                                            .equals("running"));
            var before = lines(cluster).size();
            awaitLines(cluster, before + 10);
            assertThat(lines(cluster)).allMatch(line -> isGood(line, secret));
            for (var node : cluster.nodes()) {
                assertThat(with(secret, cluster.data(node))).isEmpty();
            }

            aNodeThatLostItsKeyDoesNotStart(cluster, home);
            cluster.run("job", "stop", JOB, "--signal", "KILL").require(0);
        }
    }

    private static void anotherKeyTakesOver(Cluster cluster) {
        cluster.run("checkpoint", "rekey").require(0);
        for (var node : cluster.nodes()) {
            var keys = cluster.data(node).resolve("checkpoint.keys");
            await().atMost(SOON)
                    .until(() ->
                            Files.readAllLines(keys).stream()
                                            .filter(line -> !line.startsWith("#"))
                                            .count()
                                    == 1);
        }
        cluster.run("checkpoint", "verify", "--all").require(0);
    }

    private static void archivesAreInTheClearAndOnlyIfThatIsSaid(
            Cluster cluster, String id, byte[] secret) throws IOException {
        var archive = cluster.installation().scratch().resolve("keeper.krg");
        var refused = cluster.run("checkpoint", "export", id, archive.toString());
        assertThat(refused.exit()).isEqualTo(5);
        assertThat(refused.err()).contains("encrypted", "--decrypt");
        assertThat(archive).doesNotExist();
        cluster.run("checkpoint", "export", id, archive.toString(), "--decrypt").require(0);
        assertThat(with(secret, archive)).containsExactly(archive);
    }

    private static void aNodeThatLostItsKeyDoesNotStart(Cluster cluster, String node)
            throws IOException {
        var keys = cluster.data(node).resolve("checkpoint.keys");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rw-------");
        var elsewhere = cluster.installation().scratch().resolve("keys-of-" + node);
        Files.move(keys, elsewhere);
        var refused = cluster.run("dev", "start", node);
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err())
                .contains(
                        "ended with code 3", "is encrypted with key", "put the file of keys back");
        Files.move(elsewhere, keys);
        cluster.start(node);
        assertThat(cluster.run("system", "doctor").require(0).out()).contains("checkpoint key");
    }

    /// {@return the files in which a part of the secret is}
    private static List<Path> with(byte[] secret, Path directory) throws IOException {
        // Within one page: Python's bytes begin near the start of one. Random bytes do not become
        // smaller, so that they lie in a file as they are.
        var part = Arrays.copyOfRange(secret, SECRET_BYTES / 2, SECRET_BYTES / 2 + 64);
        var wanted = new String(part, StandardCharsets.ISO_8859_1);
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> read(file).contains(wanted))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static byte[] secret() {
        var secret = new byte[SECRET_BYTES];
        new Random(12).nextBytes(secret);
        return secret;
    }

    private static boolean isGood(String line, byte[] secret) {
        var last = Byte.toUnsignedInt(secret[SECRET_BYTES - 1]);
        return line.endsWith(" " + SECRET_BYTES + " " + last);
    }

    private static void awaitLines(Cluster cluster, int count) {
        await().atMost(SOON).until(() -> lines(cluster).size() >= count);
    }

    private static List<String> lines(Cluster cluster) {
        return cluster.run("logs", JOB).require(0).out().lines().toList();
    }
}
