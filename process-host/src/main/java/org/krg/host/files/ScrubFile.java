// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.krg.host.core.ScrubRound;
import org.krg.host.engine.ScrubNotes;
import org.krg.state.model.GenerationId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One line: when the round began, and `PROCESS.NUMBER` of what was read last in it.
public final class ScrubFile implements ScrubNotes {
    private static final Logger log = LoggerFactory.getLogger(ScrubFile.class);

    private final Path file;

    public ScrubFile(Path file) {
        this.file = file;
    }

    @Override
    public ScrubRound read() {
        try {
            var words = Files.readString(file).strip().split(" ", -1);
            return new ScrubRound(
                    Instant.parse(words[0]),
                    words.length == 1
                            ? Optional.empty()
                            : Optional.of(GenerationId.parse(words[1])));
        } catch (IOException | DateTimeException | IllegalArgumentException none) {
            return ScrubRound.NEVER;
        }
    }

    @Override
    public void write(ScrubRound round) {
        var line = round.began() + round.last().map(last -> " " + last).orElse("") + "\n";
        try {
            // Not forced to the disk: a line that is lost or torn costs a round.
            var coming = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(coming, line);
            Files.move(coming, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            log.warn("cannot write {}", file, failure);
        }
    }
}
