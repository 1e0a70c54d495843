// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.krg.host.model.CellUsage;
import org.krg.host.model.ProcessExit;

/// What `krg-init` leaves in the file `exit` before it ends: how the program ended, what it used.
///
/// First `exited CODE`, `signaled NUMBER`, `failed CODE message` or `fenced`; in the last line
/// `rusage USER_MICROS SYSTEM_MICROS MOST_RESIDENT_KIB`. While the machine runs the file is whole
/// or not there. A message has parts that a user chose: whatever is in the file, the program is
/// over.
record ExitFile(ProcessExit exit, CellUsage usage) {
    private static final String FILE = "exit";
    private static final String USAGE = "\nrusage ";

    static Optional<ExitFile> find(Path cell) {
        try {
            // What is cut in the midst of a character is shown as such.
            var text = new String(Files.readAllBytes(cell.resolve(FILE)), StandardCharsets.UTF_8);
            var usage = text.lastIndexOf(USAGE);
            // Empty after a crash of the machine while it was written.
            return usage < 0
                    ? Optional.empty()
                    : Optional.of(parse(text.substring(0, usage), text.substring(usage + 1)));
        } catch (NoSuchFileException running) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new CellFailed("cannot read " + cell.resolve(FILE), failure);
        }
    }

    private static ExitFile parse(String exit, String usage) {
        try {
            return new ExitFile(exit(exit), usage(usage.strip()));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException unknown) {
            return new ExitFile(
                    new ProcessExit.Vanished("nobody can tell how it ended: '" + exit + "'"),
                    new CellUsage(Duration.ZERO, 0, 0));
        }
    }

    private static ProcessExit exit(String line) {
        var words = line.split(" ", 3);
        return switch (words[0]) {
            case "exited" -> new ProcessExit.Exited(Integer.parseInt(words[1]));
            case "signaled" -> new ProcessExit.Signaled(Integer.parseInt(words[1]));
            case "failed" -> new ProcessExit.NotStarted(Integer.parseInt(words[1]), words[2]);
            case "fenced" -> new ProcessExit.Vanished("killed at the end of the node's lease");
            default -> throw new IllegalArgumentException(line);
        };
    }

    private static CellUsage usage(String line) {
        var words = line.split(" ", 4);
        var cpuMicros = Long.parseLong(words[1]) + Long.parseLong(words[2]);
        return new CellUsage(
                Duration.ofNanos(cpuMicros * 1000), Long.parseLong(words[3]) * 1024, 0);
    }
}
