// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.tools.cli.VerbFailed;

/// What an agent takes for a segment is what it sends of one.
class DumpedPagesTest {
    private static final int PAGE = DumpedPages.PAGE_BYTES;

    private static final class Image implements DumpedPages.Target {
        private byte[] bytes = new byte[16 * PAGE];

        @Override
        public void page(long offset, byte[] page) {
            System.arraycopy(page, 0, bytes, (int) offset, page.length);
        }

        @Override
        public void end(long length) {
            bytes = Arrays.copyOf(bytes, (int) length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PAGE - 1, PAGE, PAGE + 1, 5 * PAGE, 5 * PAGE + 17})
    void whatIsLoadedIsWhatWasDumped(int length) throws IOException {
        var bytes = new byte[length];
        for (var index = 0; index < length; index++) {
            // Every other page is zeros.
            bytes[index] = (byte) (index / PAGE % 2 == 0 ? 1 + index % 100 : 0);
        }
        var stream = stream(bytes);
        var image = new Image();
        var pages = new DumpedPages(image);
        for (var at = 0; at < stream.length; at += 1_000) {
            pages.write(stream, at, Math.min(1_000, stream.length - at));
        }

        pages.requireWhole();

        assertThat(image.bytes).isEqualTo(bytes);
        assertThat(pages.count()).isEqualTo((length + 2L * PAGE - 1) / PAGE / 2);
    }

    @Test
    void whatWasBrokenOffIsNotWhole() throws IOException {
        var stream = stream(new byte[] {1});
        var pages = new DumpedPages(new Image());
        pages.write(stream, 0, stream.length - 1);

        assertThatThrownBy(pages::requireWhole)
                .isInstanceOf(VerbFailed.class)
                .hasMessageContaining("not all has come");
    }

    @Test
    void whyAnAgentCannotGoOnIsTold() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeInt(-2);
        out.writeInt(5);
        out.writeUTF("page 3 is lost");
        out.writeUTF("look at it");
        var pages = new DumpedPages(new Image());
        pages.write(bytes.toByteArray());

        assertThatThrownBy(pages::requireWhole)
                .isInstanceOfSatisfying(
                        VerbFailed.class,
                        failed -> {
                            assertThat(failed.exit()).isEqualTo(5);
                            assertThat(failed.getMessage()).isEqualTo("page 3 is lost");
                            assertThat(failed.remedy()).isEqualTo("look at it");
                        });
    }

    private static byte[] stream(byte[] bytes) throws IOException {
        return new LoadedPages(new ByteArrayInputStream(bytes)).readAllBytes();
    }
}
