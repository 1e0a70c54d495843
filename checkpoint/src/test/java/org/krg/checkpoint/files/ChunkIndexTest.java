// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.ChunkHash;

final class ChunkIndexTest {
    @Test
    void itBehavesLikeAMap() {
        var random = new Random(1);
        var index = new ChunkIndex();
        var map = new HashMap<ChunkHash, Long>();
        for (var step = 0; step < 100_000; step++) {
            // Few different hashes, many of them with equal first words.
            var hash = new ChunkHash(random.nextInt(50), random.nextInt(100), 0, 0);
            if (random.nextInt(4) == 0) {
                index.remove(hash);
                map.remove(hash);
            } else {
                index.put(hash, step + 1L);
                map.put(hash, step + 1L);
            }
            assertThat(index.find(hash)).isEqualTo(map.getOrDefault(hash, ChunkIndex.NOWHERE));
        }
        Map<ChunkHash, Long> seen = new HashMap<>();
        index.forEach(seen::put);
        assertThat(seen).isEqualTo(map);
    }
}
