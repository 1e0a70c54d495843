// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemoryLayout.PathElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BoottimeTest {
    @Test
    void aTimespecIsLaidOutAsTheKernelDocuments() {
        assertThat(Boottime.TIMESPEC.byteSize()).isEqualTo(16);
        assertThat(Boottime.TIMESPEC.byteOffset(PathElement.groupElement("tv_nsec"))).isEqualTo(8);
    }

    @Test
    void theClockCountsFromTheStartOfTheMachineAndNeverGoesBack() throws IOException {
        var uptime = Files.readString(Path.of("/proc/uptime"));
        var upMillis = (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);

        var first = Boottime.now();
        var second = Boottime.now();

        assertThat(second).isGreaterThanOrEqualTo(first);
        assertThat(first)
                .isBetween(Duration.ofMillis(upMillis), Duration.ofMillis(upMillis + 60_000));
    }
}
