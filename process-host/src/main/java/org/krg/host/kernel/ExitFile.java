// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.krg.host.model.CellUsage;
import org.krg.host.model.ProcessExit;

/// What `krg-init` leaves in the file `exit` before it ends: how the program ended, what it used.
///
/// First line `exited CODE`, `signaled NUMBER`, `failed CODE message` or `fenced`; second line
/// `rusage USER_MICROS SYSTEM_MICROS MOST_RESIDENT_KIB`. While the machine runs the file is whole
/// or not there.
record ExitFile(ProcessExit exit, CellUsage usage) {
    private static final String FILE = "exit";

    static Optional<ExitFile> find(Path cell) {
        try {
            var lines = Files.readAllLines(cell.resolve(FILE));
            // Empty after a crash of the machine while it was written.
            return lines.size() < 2
                    ? Optional.empty()
                    : Optional.of(new ExitFile(exit(lines.get(0)), usage(lines.get(1))));
        } catch (NoSuchFileException running) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new CellFailed("cannot read " + cell.resolve(FILE), failure);
        }
    }

    private static ProcessExit exit(String line) {
        var words = line.split(" ", 3);
        return switch (words[0]) {
            case "exited" -> new ProcessExit.Exited(Integer.parseInt(words[1]));
            case "signaled" -> new ProcessExit.Signaled(Integer.parseInt(words[1]));
            case "failed" -> new ProcessExit.NotStarted(Integer.parseInt(words[1]), words[2]);
            case "fenced" -> new ProcessExit.Vanished("killed at the end of the node's lease");
            default -> throw new CellFailed("an exit file does not say '" + line + "'");
        };
    }

    private static CellUsage usage(String line) {
        var words = line.split(" ", 4);
        var cpuMicros = Long.parseLong(words[1]) + Long.parseLong(words[2]);
        return new CellUsage(
                Duration.ofNanos(cpuMicros * 1000), Long.parseLong(words[3]) * 1024, 0);
    }
}
