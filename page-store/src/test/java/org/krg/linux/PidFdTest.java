// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemoryLayout.PathElement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PidFdTest {
    private static final int SIGKILL = 9;
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void aPollfdIsLaidOutAsTheKernelDocuments() {
        assertThat(PidFd.POLLFD.byteSize()).isEqualTo(8);
        assertThat(PidFd.POLLFD.byteOffset(PathElement.groupElement("events"))).isEqualTo(4);
        assertThat(PidFd.POLLFD.byteOffset(PathElement.groupElement("revents"))).isEqualTo(6);
    }

    @Test
    void aProcessIsKilledAndItsEndIsSeen() throws IOException {
        var process = new ProcessBuilder("sleep", "1000").start();
        try (var descriptor = PidFd.open(process.pid()).orElseThrow()) {
            assertThat(descriptor.awaitEnd(Duration.ZERO)).isFalse();

            assertThat(descriptor.send(SIGKILL)).isTrue();

            assertThat(descriptor.awaitEnd(LONG)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aDescriptorOutlivesItsProcessAndReachesNoOther() throws Exception {
        var process = new ProcessBuilder("sleep", "1000").start();
        try (var descriptor = PidFd.open(process.pid()).orElseThrow()) {
            process.destroyForcibly().waitFor();

            assertThat(descriptor.send(SIGKILL)).isFalse();
        }
    }

    @Test
    void aProcessThatIsGoneHasNoDescriptor() throws Exception {
        var process = new ProcessBuilder("true").start();
        process.waitFor();

        assertThat(PidFd.open(process.pid())).isEmpty();
    }

    @Test
    void anImpossibleNumberIsAnError() {
        assertThatThrownBy(() -> PidFd.open(-1))
                .isInstanceOf(LinuxException.class)
                .hasMessage("pidfd_open(-1): EINVAL");
    }
}
