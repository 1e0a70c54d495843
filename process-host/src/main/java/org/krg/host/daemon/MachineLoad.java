// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.krg.policy.model.NodeLoad;

/// How busy the machine is, as the kernel says: `procs_running` of `/proc/stat`, `/proc/pressure`
/// (PSI) and `MemAvailable`. What it does not say is 0.
final class MachineLoad {
    private static final Pattern RUNNING = Pattern.compile("(?m)^procs_running (\\d+)$");
    private static final Pattern SOME = Pattern.compile("(?m)^some avg10=([0-9.]+)");
    private static final Pattern FULL = Pattern.compile("(?m)^full avg10=([0-9.]+)");
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable: +(\\d+) kB$");
    private static final long KIB = 1_024;

    private final Path proc;
    private final int processors;

    /// @param proc where the kernel says it
    MachineLoad(Path proc, int processors) {
        this.proc = proc;
        this.processors = processors;
    }

    /// {@return how busy it is now}
    NodeLoad now() {
        // Whoever asks runs, too.
        var others = Math.max(0, number("stat", RUNNING) - 1);
        return new NodeLoad(
                others / processors,
                number("pressure/cpu", SOME),
                number("pressure/memory", FULL),
                KIB * (long) number("meminfo", AVAILABLE));
    }

    private double number(String file, Pattern wanted) {
        try {
            var found = wanted.matcher(Files.readString(proc.resolve(file)));
            return found.find() ? Double.parseDouble(found.group(1)) : 0;
        } catch (IOException notSaid) {
            return 0;
        }
    }
}
