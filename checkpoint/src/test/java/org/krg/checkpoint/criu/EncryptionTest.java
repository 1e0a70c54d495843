// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.StoredBytes;
import org.krg.checkpoint.fixture.TestCell.Spec;
import org.krg.checkpoint.fixture.TestKeys;
import org.krg.checkpoint.fixture.TestNode;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Verified;

/// A program with a secret in its memory, saved by nodes that encrypt what they keep. Each has a
/// key of its own.
final class EncryptionTest {
    private static final int SECRET_BYTES = 1 << 20;

    /// Reads the secret, which it keeps, and counts.
    private static final String KEEPER =
            """
            import sys, time
            secret = open(sys.argv[1], 'rb').read()
            n = 0
            while True:
                n += 1; print(n, len(secret), secret[-1], flush=True); time.sleep(0.02)
            """;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSecretOfAProgramIsInNoFileOfAnyNodeUnlessNothingIsEncrypted(boolean encrypts)
            throws IOException {
        try (var pair = pair(encrypts)) {
            var secret = secret();
            var spec = keeper(pair, secret);
            var cell = pair.start(spec);
            cell.awaitLines(5);

            var taken = pair.take(cell);

            for (var node : List.of(pair.home(), pair.away())) {
                assertThat(StoredBytes.with(part(secret), node.images()).isEmpty())
                        .isEqualTo(encrypts);
            }
            var restored = pair.fail(cell, spec, taken);
            restored.awaitLines(cell.lines().size() + 5);
            assertThat(restored.lines()).allMatch(line -> isGood(line, secret));
            assertThat(StoredBytes.with(part(secret), pair.away().images()).isEmpty())
                    .isEqualTo(encrypts);
        }
    }

    @Test
    void damageAndALostDiskArePutRightFromACopyUnderAnotherKey() throws IOException {
        try (var pair = pair(true)) {
            var secret = secret();
            var spec = keeper(pair, secret);
            var cell = pair.start(spec);
            cell.awaitLines(5);
            var generation = pair.take(cell).generation();
            spoil(pair.away().images().resolve("packs"));
            var away = pair.away().restarted();

            assertThat(away.checkpoints().scan(generation, _ -> {}).problem()).contains("damaged");
            assertThat(away.checkpoints().verify(generation).repaired()).isPositive();
            assertThat(away.checkpoints().scan(generation, _ -> {}).isWhole()).isTrue();
            assertThat(away.damage()).isNotEmpty();

            // The key is lost, and with it what is on the disk: the node begins anew beside it.
            Files.move(away.images(), away.images().resolveSibling("lost"));
            var anew = away.restarted(TestKeys.of(3));
            assertThat(anew.checkpoints().verify(generation).chunks()).isPositive();
            pair.cluster().lose(pair.home());
            assertThat(anew.checkpoints().verify(generation)).returns(0L, Verified::repaired);
            assertThat(StoredBytes.with(part(secret), anew.images())).isEmpty();
            cell.kill();
            var restored = anew.restore(pair.machine(), generation, 2, spec);
            restored.awaitLines(cell.lines().size() + 2);
        }
    }

    @Test
    void whatIsEncryptedOnOneDiskComesToNoneInTheClear() throws IOException {
        try (var pair = new Pair(TestKeys.of(1), StoreKeys.NONE)) {
            var secret = secret();
            var cell = pair.start(keeper(pair, secret));
            cell.awaitLines(5);

            assertThatThrownBy(() -> pair.take(cell))
                    .isInstanceOfSatisfying(
                            CheckpointFailed.class,
                            failed -> {
                                assertThat(failed.failure().code()).isEqualTo(Code.TOO_FEW_COPIES);
                                assertThat(failed.failure().cause()).contains("checkpoint.encrypt");
                            });
            var alone = pair.home().take(cell, 2).generation();
            assertThatThrownBy(() -> pair.away().checkpoints().verify(alone))
                    .isInstanceOfSatisfying(
                            CheckpointFailed.class,
                            failed -> {
                                assertThat(failed.failure().code()).isEqualTo(Code.NOT_FOUND);
                                assertThat(failed.failure().cause()).contains("checkpoint.encrypt");
                            });
            assertThat(StoredBytes.with(part(secret), pair.away().images())).isEmpty();
            // The other way round nothing is in the way.
            var plain = pair.away().take(cell, 3, pair.home()).generation();
            assertThat(pair.home().checkpoints().verify(plain)).returns(0L, Verified::repaired);
        }
    }

    @Test
    void whatCriuReadsAndWritesMayLieInMemory() throws IOException {
        try (var pair = pair(true)) {
            var tmp = pair.machine().directory().resolve("memory/tmp");
            pair.machine().mount(tmp, 64 << 20);
            var node = pair.cluster().node("memory", TestKeys.of(3));
            Files.createDirectories(tmp.resolve("7.9.1/images"));
            // Started now: what is mounted later is not seen in a cell.
            var spec = pair.spec("sh", "-c", Pair.COUNT);
            var cell = pair.start(spec);
            cell.awaitLines(5);
            var moving = TestNode.options(1, pair.away()).leavingFrozen().ofMove();
            var generation = node.checkpoints().take(cell, moving).generation();
            cell.kill();

            var restarted = node.restarted();

            assertThat(tmp).isEmptyDirectory();
            var restored = restarted.restore(pair.machine(), generation, 2, spec);
            restored.awaitLines(cell.lines().size() + 5);
            assertThat(Files.getFileStore(tmp))
                    .isNotEqualTo(Files.getFileStore(node.images().resolve("packs")));
        }
    }

    private static Pair pair(boolean encrypts) {
        return encrypts ? new Pair(TestKeys.of(1), TestKeys.of(2)) : new Pair();
    }

    private static Spec keeper(Pair pair, byte[] secret) throws IOException {
        var file = pair.work().resolve("secret");
        Files.write(file, secret);
        return pair.spec("python3", "-u", "-c", KEEPER, file.toString());
    }

    private static byte[] secret() {
        var secret = new byte[SECRET_BYTES];
        new Random(11).nextBytes(secret);
        return secret;
    }

    /// A part in the middle of the secret that lies within one page, as Python's bytes begin near
    /// the start of one.
    private static byte[] part(byte[] secret) {
        return Arrays.copyOfRange(secret, SECRET_BYTES / 2, SECRET_BYTES / 2 + 64);
    }

    private static boolean isGood(String line, byte[] secret) {
        var last = Byte.toUnsignedInt(secret[SECRET_BYTES - 1]);
        return line.endsWith(" " + SECRET_BYTES + " " + last);
    }

    private static void spoil(Path packs) throws IOException {
        try (var files = Files.list(packs)) {
            for (var pack : files.toList()) {
                try (var file = new RandomAccessFile(pack.toFile(), "rw")) {
                    for (var offset = 1000L; offset < file.length(); offset += 50_000) {
                        file.seek(offset);
                        file.write(new byte[64]);
                    }
                }
            }
        }
    }
}
