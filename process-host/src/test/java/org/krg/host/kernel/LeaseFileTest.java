// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseFileTest {
    @TempDir Path directory;

    @Test
    void aNewFileHoldsNoLease() {
        try (var lease = LeaseFile.open(directory.resolve("lease"))) {
            assertThat(lease.findDeadline()).isEmpty();
            assertThat(lease.sequence()).isZero();
        }
    }

    @Test
    void theFileIsTwoLittleEndianWords() throws IOException {
        var file = directory.resolve("lease");
        try (var lease = LeaseFile.open(file)) {
            lease.renew(Duration.ofNanos(1_000));
            lease.renew(Duration.ofNanos(0x0102_0304_0506_0708L));
        }

        var words = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(words.remaining()).isEqualTo(16);
        assertThat(words.getLong()).isEqualTo(0x0102_0304_0506_0708L);
        assertThat(words.getLong()).isEqualTo(2);
    }

    @Test
    void aRestartedAgentKeepsTheDeadline() {
        var file = directory.resolve("lease");
        try (var lease = LeaseFile.open(file)) {
            lease.renew(Duration.ofHours(5));
        }

        try (var again = LeaseFile.open(file)) {
            assertThat(again.findDeadline()).contains(Duration.ofHours(5));
        }
    }
}
