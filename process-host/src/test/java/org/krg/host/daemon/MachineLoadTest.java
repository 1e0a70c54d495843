// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.policy.model.NodeLoad;

class MachineLoadTest {
    @Test
    void isReadAsTheKernelWritesIt(@TempDir Path proc) throws IOException {
        Files.createDirectory(proc.resolve("pressure"));
        Files.writeString(proc.resolve("stat"), "cpu  1 2 3\nprocs_running 9\nprocs_blocked 1\n");
        Files.writeString(
                proc.resolve("pressure/cpu"),
                "some avg10=12.50 avg60=1.00 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00\n");
        Files.writeString(
                proc.resolve("pressure/memory"),
                "some avg10=3.00 avg60=0.00 total=7\nfull avg10=1.25 avg60=0.00 total=2\n");
        Files.writeString(proc.resolve("meminfo"), "MemTotal:  100 kB\nMemAvailable:     64 kB\n");

        assertThat(new MachineLoad(proc, 4).now()).isEqualTo(new NodeLoad(2, 12.5, 1.25, 64 << 10));
    }

    @Test
    void whatAKernelDoesNotSayIsZero(@TempDir Path proc) {
        assertThat(new MachineLoad(proc, 4).now()).isEqualTo(NodeLoad.UNKNOWN);
    }

    @Test
    void thisMachineHasMemoryToGive() {
        assertThat(new MachineLoad(Path.of("/proc"), 1).now().memoryAvailable()).isPositive();
    }
}
