// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

class PublishedWordTest {
    @Test
    void whoHasMappedItSeesEachNumberAndTheLastOneAfterItsEnd() throws IOException {
        var word = PublishedWord.create("test");
        ByteBuffer seen;
        try (var channel = FileChannel.open(path(word), StandardOpenOption.READ)) {
            seen = channel.map(MapMode.READ_ONLY, 0, 4_096).order(ByteOrder.LITTLE_ENDIAN);
        }
        assertThat(seen.getLong(0)).isZero();

        word.set(7);
        assertThat(seen.getLong(0)).isEqualTo(7);
        word.set(Long.MAX_VALUE);
        word.close();

        assertThat(seen.getLong(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(word.get()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void nobodyMayWriteIt() throws IOException {
        try (var word = PublishedWord.create("test")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path(word))))
                    .isEqualTo("r--------");
            assertThat(Files.readString(descriptor(word))).contains("flags:\t02");
        }
    }

    private static Path path(PublishedWord word) {
        return Path.of("/proc/self/fd/" + word.descriptor().number());
    }

    private static Path descriptor(PublishedWord word) {
        return Path.of("/proc/self/fdinfo/" + word.descriptor().number());
    }
}
