// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.krg.host.HostFailure;

/// What the processor of this machine can do.
final class CpuFeatures {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    private CpuFeatures() {}

    /// {@return the features of the first processor, as the kernel names them}
    static List<String> here() {
        try (var lines = Files.lines(CPUINFO, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .map(text -> List.of(text.split(" +", -1)))
                    .orElse(List.of());
        } catch (IOException failure) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "cannot read " + CPUINFO + ": " + failure.getMessage(),
                    "",
                    failure);
        }
    }
}
