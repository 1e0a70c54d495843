// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

final class FrameTest {
    private static final GenerationId ID = new GenerationId(new ProcessId(7), 3);
    private static final byte[] BYTES = {1, 2, 3};

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesComeBackAsTheyWere(boolean encrypted) throws IOException {
        var hash = ChunkHash.of(BYTES);
        assertThat(passed(new Frame.Get(List.of(hash, hash), encrypted)))
                .isEqualTo(new Frame.Get(List.of(hash, hash), encrypted));
        assertThat(passed(new Frame.Find(ID, hash.digest(), encrypted)))
                .isEqualTo(new Frame.Find(ID, hash.digest(), encrypted));
        assertThat(passed(new Frame.Kept())).isEqualTo(new Frame.Kept());
        assertThat(passed(new Frame.Refused("why"))).isEqualTo(new Frame.Refused("why"));
        assertThat(passed(new Frame.Found(BYTES)))
                .isInstanceOfSatisfying(
                        Frame.Found.class, it -> assertThat(it.manifest()).isEqualTo(BYTES));
        for (var stages : List.of(false, true)) {
            assertThat(passed(new Frame.Keep(ID, BYTES, stages, encrypted)))
                    .isInstanceOfSatisfying(
                            Frame.Keep.class,
                            it -> {
                                assertThat(it.manifest()).isEqualTo(BYTES);
                                assertThat(it.stages()).isEqualTo(stages);
                                assertThat(it.encrypted()).isEqualTo(encrypted);
                            });
        }
        assertThat(passed(new Frame.Block(List.of(new Chunk(hash, BYTES)))))
                .isInstanceOfSatisfying(
                        Frame.Block.class,
                        it -> assertThat(it.chunks().getFirst().content()).isEqualTo(BYTES));
    }

    @Test
    void aBlockMayHaveNothing() throws IOException {
        assertThat(passed(new Frame.Block(List.of()))).isEqualTo(new Frame.Block(List.of()));
    }

    @Test
    void moreChunksThanAllowedAreRefused() {
        var many = IntStream.range(0, 257).mapToObj(_ -> ChunkHash.of(BYTES)).toList();
        assertThatThrownBy(() -> passed(new Frame.Get(many, false)))
                .hasMessageContaining("too many");
    }

    @Test
    void nonsenseIsRefusedAndDoesNoHarm() {
        var random = new Random(1);
        for (var round = 0; round < 50_000; round++) {
            var bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] =
                        (byte) (random.nextInt(9) | (random.nextBoolean() ? Frame.ENCRYPTED : 0));
            }
            try {
                assertThat(Frame.read(ByteBuffer.wrap(bytes))).isNotNull();
            } catch (IOException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }

    private static Frame passed(Frame frame) throws IOException {
        var out = Unpooled.buffer();
        frame.write(out, 1);
        return Frame.read(out.nioBuffer());
    }
}
