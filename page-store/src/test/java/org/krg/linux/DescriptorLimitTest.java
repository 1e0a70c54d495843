// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DescriptorLimitTest {
    @Test
    void itIsTheLimitThatTheKernelTells() throws IOException {
        try (var limits = Files.lines(Path.of("/proc/self/limits"))) {
            var files = limits.filter(it -> it.startsWith("Max open files")).findFirst();
            assertThat(files.orElseThrow())
                    .matches("Max open files +%d .*".formatted(DescriptorLimit.present()));
        }
        assertThat(DescriptorLimit.RLIMIT.byteSize()).isEqualTo(16);
    }
}
