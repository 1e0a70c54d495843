// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.krg.host.RestartMark;

/// What the file `restored` of a cell's directory says: from which checkpoint its program comes,
/// and whether it came back. A cell without the file was started from the beginning.
record RestoreNote(RestartMark mark, Stage stage) {
    private static final String FILE = "restored";

    /// How far it is.
    enum Stage {
        /// The cell was made, or is being made, before there is a checkpoint to restore.
        AHEAD,
        /// The restore is under way, for ever if it was cut short.
        BEGUN,
        /// The program came back.
        DONE;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static Stage of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /// {@return a note without a checkpoint}
    static RestoreNote empty(Stage stage) {
        return new RestoreNote(new RestartMark(0, 0, 0), stage);
    }

    boolean is(Stage other) {
        return stage == other;
    }

    private static final Pattern WORDS =
            Pattern.compile("(ahead|begun|done) (\\d{1,18}) (\\d{1,18}) (\\d{1,18})\\s*");

    /// {@return what the file says, if there is one} Without its text, which a loss of power can
    /// take, it is that of a restore that was cut short.
    static Optional<RestoreNote> find(Path cell) {
        try {
            var words = WORDS.matcher(Files.readString(cell.resolve(FILE)));
            if (!words.matches()) {
                return Optional.of(empty(Stage.BEGUN));
            }
            var mark =
                    new RestartMark(
                            Long.parseLong(words.group(2)),
                            Long.parseLong(words.group(3)),
                            Long.parseLong(words.group(4)));
            return Optional.of(new RestoreNote(mark, Stage.of(words.group(1))));
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
                                stage.word(),
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
