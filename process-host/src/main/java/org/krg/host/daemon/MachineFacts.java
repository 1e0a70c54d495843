// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.krg.host.AgentSettings.NodeSettings;
import org.krg.state.model.Resources;

/// What the machine is and has.
final class MachineFacts {
    private MachineFacts() {}

    /// {@return the architecture as `uname -m` prints it}
    static String architecture() {
        return kernelText(
                "arch",
                System.getProperty("os.arch").equals("amd64")
                        ? "x86_64"
                        : System.getProperty("os.arch"));
    }

    /// {@return the release of the kernel}
    static String kernel() {
        return kernelText("osrelease", System.getProperty("os.version"));
    }

    /// {@return what the node offers: what its settings say, else all there is}
    static Resources capacity(NodeSettings node) {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Resources(
                node.cpuMillis() > 0 ? node.cpuMillis() : 1_000L * system.getAvailableProcessors(),
                node.memoryBytes() > 0 ? node.memoryBytes() : system.getTotalMemorySize());
    }

    /// {@return the memory that pages of segments may take: what the settings say, else half}
    static long segmentBytes(NodeSettings node) {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return node.segmentBytes() > 0 ? node.segmentBytes() : system.getTotalMemorySize() / 2;
    }

    private static String kernelText(String name, String otherwise) {
        try {
            return Files.readString(Path.of("/proc/sys/kernel").resolve(name)).strip();
        } catch (IOException missing) {
            return otherwise;
        }
    }
}
