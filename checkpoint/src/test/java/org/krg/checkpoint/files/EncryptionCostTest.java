// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.fixture.TestKeys;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;

/// What encryption costs a store: the same pages into one that encrypts and one that does not, in
/// turn. `-Dkrg.mib=256 -Dkrg.rounds=7` to measure; prints medians.
final class EncryptionCostTest {
    private static final int PAGE = 4096;
    private static final int MIB = Integer.getInteger("krg.mib", 8);
    private static final int ROUNDS = Integer.getInteger("krg.rounds", 1);

    /// What a round took.
    ///
    /// @param writeMillis to store all, durably
    /// @param openMillis to read what is where after a restart
    /// @param readMillis to read all
    private record Cost(double writeMillis, double openMillis, double readMillis, long bytes) {}

    @Test
    void encryptedPagesTakeHardlyMoreRoom(@TempDir Path directory) throws IOException {
        var pages = pages();
        var plain = new ArrayList<Cost>();
        var encrypted = new ArrayList<Cost>();
        for (var round = 0; round <= ROUNDS; round++) {
            var one = cost(directory.resolve("plain-" + round), StoreKeys.NONE, pages);
            var other = cost(directory.resolve("encrypted-" + round), TestKeys.of(1), pages);
            // The first one warms up.
            if (round > 0) {
                plain.add(one);
                encrypted.add(other);
            }
        }
        System.out.printf(
                "%d MiB       write ms   open ms   read ms     bytes%nplain     %s%nencrypted %s%n",
                MIB, text(plain), text(encrypted));
        assertThat(encrypted.getFirst().bytes())
                .isGreaterThan(plain.getFirst().bytes())
                .isLessThan(plain.getFirst().bytes() * 101 / 100);
    }

    private static Cost cost(Path directory, StoreKeys keys, List<Chunk> pages) throws IOException {
        var start = System.nanoTime();
        var store = FileChunkStore.open(directory, 1, keys);
        long bytes;
        try (var writing = store.begin()) {
            for (var page : pages) {
                writing.add(page.hash(), page.content());
            }
            writing.commit();
            bytes = writing.storedBytes();
        }
        var written = System.nanoTime();
        var opened = FileChunkStore.open(directory, 1, keys);
        var open = System.nanoTime();
        for (var page : pages) {
            assertThat(opened.find(page.hash())).isPresent();
        }
        var read = System.nanoTime();
        store.sweep();
        return new Cost(
                (written - start) / 1e6, (open - written) / 1e6, (read - open) / 1e6, bytes);
    }

    private static String text(List<Cost> costs) {
        return "%8.0f  %8.1f  %8.0f  %10d"
                .formatted(
                        median(costs.stream().mapToDouble(Cost::writeMillis).toArray()),
                        median(costs.stream().mapToDouble(Cost::openMillis).toArray()),
                        median(costs.stream().mapToDouble(Cost::readMillis).toArray()),
                        costs.getFirst().bytes());
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /// {@return pages half of which is random: zstd makes them half as large}
    private static List<Chunk> pages() {
        var random = new Random(3);
        var pages = new ArrayList<Chunk>();
        for (var number = 0; number < MIB * (1 << 20) / PAGE; number++) {
            var half = new byte[PAGE / 2];
            random.nextBytes(half);
            var content = Arrays.copyOf(half, PAGE);
            pages.add(new Chunk(ChunkHash.of(content), content));
        }
        return pages;
    }
}
