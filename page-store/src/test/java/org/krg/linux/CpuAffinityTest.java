// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

final class CpuAffinityTest {
    @Test
    void aProcessIsPinnedAndTheKernelSaysSo() throws IOException {
        var process = new ProcessBuilder("sleep", "1000").start();
        try {
            var before = CpuAffinity.of(process.pid()).orElseThrow();
            assertThat(before.isEmpty()).isFalse();
            var last = new BitSet();
            last.set(before.length() - 1);

            CpuAffinity.set(process.pid(), last);
            assertThat(CpuAffinity.of(process.pid())).contains(last);

            CpuAffinity.set(process.pid(), before);
            assertThat(CpuAffinity.of(process.pid())).contains(before);
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void noProcessorAndNoThreadAreToldApart() throws Exception {
        var process = new ProcessBuilder("sleep", "1000").start();
        try {
            assertThatThrownBy(() -> CpuAffinity.set(process.pid(), new BitSet()))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EINVAL");
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(CpuAffinity.of(process.pid())).isEmpty();
        assertThatThrownBy(() -> CpuAffinity.set(process.pid(), new BitSet()))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("ESRCH");
    }
}
