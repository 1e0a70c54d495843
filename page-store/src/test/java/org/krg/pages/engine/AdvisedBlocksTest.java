// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.krg.pages.coherence.Advice;

class AdvisedBlocksTest {
    private static final int BLOCKS = 2_097_152;
    private static final List<Advice> ADVICE = List.of(Advice.values());

    private final AdvisedBlocks advised = new AdvisedBlocks();

    @Test
    void whatIsSaidOfAllOfALargeSegmentTakesRoomForOnePart() {
        advised.put(0, BLOCKS, Advice.SEQUENTIAL);

        assertThat(advised.at(0)).isEqualTo(Advice.SEQUENTIAL);
        assertThat(advised.at(BLOCKS - 1)).isEqualTo(Advice.SEQUENTIAL);
        assertThat(advised.at(BLOCKS)).isEqualTo(Advice.NORMAL);
        assertThat(advised.changes()).isEqualTo(2);

        advised.put(0, BLOCKS, Advice.NORMAL);
        assertThat(advised.changes()).isZero();
    }

    @Test
    void whatWasSaidLastOfABlockCounts() {
        var random = new Random(7);
        var said = new Advice[64];
        Arrays.fill(said, Advice.NORMAL);
        for (var round = 0; round < 1_000; round++) {
            var start = random.nextInt(said.length);
            var end = start + 1 + random.nextInt(said.length - start);
            var advice = ADVICE.get(random.nextInt(ADVICE.size()));
            Arrays.fill(said, start, end, advice);
            advised.put(start, end, advice);

            var parts = said[0] == Advice.NORMAL ? 0 : 1;
            for (var block = 0; block < said.length; block++) {
                assertThat(advised.at(block))
                        .as("block %d of round %d", block, round)
                        .isEqualTo(said[block]);
                var next = block + 1 == said.length ? Advice.NORMAL : said[block + 1];
                parts += next == said[block] ? 0 : 1;
            }
            assertThat(advised.changes()).isEqualTo(parts);
        }
    }
}
