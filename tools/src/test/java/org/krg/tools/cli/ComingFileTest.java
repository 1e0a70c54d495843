// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComingFileTest {
    @TempDir private Path directory;

    @Test
    void itHasItsNameWhenItIsWholeAndIsGoneIfItNeverIs() throws IOException {
        var file = directory.resolve("pi.krg");
        try (var coming = ComingFile.at(file)) {
            Files.writeString(coming.path(), "half");
            assertThat(file).doesNotExist();
        }
        assertThat(directory).isEmptyDirectory();

        try (var coming = ComingFile.at(file)) {
            Files.writeString(coming.path(), "whole");
            coming.keep();
        }
        assertThat(file).hasContent("whole");
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void ofTwoThatAreMadeAtOnceTheFirstThatIsWholeStays() throws IOException {
        var file = directory.resolve("pi.krg");
        try (var whole = ComingFile.at(file);
                var half = ComingFile.at(file)) {
            Files.writeString(whole.path(), "whole");
            Files.writeString(half.path(), "ha");
            whole.keep();

            assertThatExceptionOfType(VerbFailed.class)
                    .isThrownBy(half::keep)
                    .satisfies(refused -> assertThat(refused.exit()).isEqualTo(ExitCode.CONFLICT));
        }
        assertThat(file).hasContent("whole");
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void anotherFileThatIsCalledSoIsLeftAlone() throws IOException {
        var part = Files.writeString(directory.resolve("pi.krg.part"), "mine");

        try (var coming = ComingFile.at(directory.resolve("pi.krg"))) {
            coming.keep();
        }

        assertThat(part).hasContent("mine");
    }

    @Test
    void whatIsThereStaysAndADirectoryIsNotMade() throws IOException {
        var file = Files.writeString(directory.resolve("pi.krg"), "old");
        assertThatExceptionOfType(VerbFailed.class)
                .isThrownBy(() -> ComingFile.at(file))
                .satisfies(refused -> assertThat(refused.exit()).isEqualTo(ExitCode.CONFLICT));
        assertThat(file).hasContent("old");

        var nowhere = directory.resolve("none/pi.krg");
        assertThatExceptionOfType(VerbFailed.class)
                .isThrownBy(() -> ComingFile.at(nowhere))
                .withMessageContaining("its directory is not there")
                .satisfies(refused -> assertThat(refused.exit()).isEqualTo(ExitCode.NOT_FOUND));
        assertThat(nowhere.getParent()).doesNotExist();
    }
}
