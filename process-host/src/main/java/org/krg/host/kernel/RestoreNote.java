// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.krg.host.RestartMark;

/// What the file `restored` of a cell's directory says: from which checkpoint its program comes,
/// and whether it came back. A cell without the file was started from the beginning.
///
/// @param done false while the restore is under way, and for ever if it was cut short
record RestoreNote(RestartMark mark, boolean done) {
    private static final String FILE = "restored";

    static Optional<RestoreNote> find(Path cell) {
        try {
            var words = Files.readString(cell.resolve(FILE)).strip().split(" ", -1);
            var mark =
                    new RestartMark(
                            Long.parseLong(words[1]),
                            Long.parseLong(words[2]),
                            Long.parseLong(words[3]));
            return Optional.of(new RestoreNote(mark, words[0].equals("done")));
        } catch (NoSuchFileException begun) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new CellFailed("cannot read " + cell.resolve(FILE), failure);
        }
    }

    void write(Path cell) {
        var text =
                "%s %d %d %d\n"
                        .formatted(
                                done ? "done" : "begun",
                                mark.generation(),
                                mark.stdoutBytes(),
                                mark.stderrBytes());
        try {
            var fresh = cell.resolve(FILE + ".new");
            Files.writeString(fresh, text);
            Files.move(fresh, cell.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new CellFailed("cannot write " + cell.resolve(FILE), failure);
        }
    }
}
