// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.core.ScrubRound;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

final class ScrubFileTest {
    @TempDir private Path directory;

    @Test
    void whatWasWrittenIsRead() {
        var last = new GenerationId(new ProcessId(7), 3);
        var round = new ScrubRound(Instant.parse("2026-11-27T12:00:00Z"), Optional.of(last));
        file().write(round);
        assertThat(file().read()).isEqualTo(round);
        var begun = new ScrubRound(round.began(), Optional.empty());
        file().write(begun);
        assertThat(file().read()).isEqualTo(begun);
    }

    @Test
    void withoutAFileOrWithATornOneItBeginsFromTheBeginning() throws IOException {
        assertThat(file().read()).isEqualTo(ScrubRound.NEVER);
        for (var torn : new String[] {"", "2026-11-27T12", "2026-11-27T12:00:00Z 7", "\0 7.1"}) {
            Files.writeString(directory.resolve("scrub"), torn);
            assertThat(file().read()).isEqualTo(ScrubRound.NEVER);
        }
    }

    private ScrubFile file() {
        return new ScrubFile(directory.resolve("scrub"));
    }
}
