// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.engine.FileFailed;

class FileMarksTest {
    private static final int SLOT = 16;

    @TempDir private Path directory;

    @Test
    void whatIsMarkedIsFoundByWhoComesNext() throws IOException {
        var marks = new FileMarks(directory, "marks");
        assertThat(marks.get(0, 512)).isEmpty();

        marks.put(new TreeMap<>(Map.of(1, 7L, 511, 8L, 512, 9L)));
        marks.put(new TreeMap<>(Map.of(1, 70L)));

        var next = new FileMarks(directory, "marks");
        assertThat(next.get(0, 512)).isEqualTo(Map.of(1, 70L, 511, 8L));
        assertThat(next.get(512, 1_024)).isEqualTo(Map.of(512, 9L));
        next.delete();
        assertThat(marks.get(0, 512)).isEmpty();
        next.delete();
    }

    @Test
    void whatIsDamagedOrOfAnotherPageIsNoMark() throws IOException {
        var marks = new FileMarks(directory, "marks");
        marks.put(new TreeMap<>(Map.of(0, 7L, 1, 7L, 2, 7L)));
        var file = directory.resolve("marks");
        var bytes = Files.readAllBytes(file);
        System.arraycopy(bytes, 0, bytes, SLOT, SLOT);
        bytes[2 * SLOT + 7]++;
        Files.write(file, bytes);

        assertThat(marks.get(0, 512)).isEqualTo(Map.of(0, 7L));

        Files.write(file, Arrays.copyOf(bytes, SLOT - 1));
        assertThat(marks.get(0, 512)).isEmpty();
    }

    @Test
    void whereNothingCanBeWrittenThatIsSaid() {
        var marks = new FileMarks(directory.resolve("missing"), "marks");

        assertThatThrownBy(() -> marks.put(new TreeMap<>(Map.of(1, 7L))))
                .isInstanceOf(FileFailed.class);
    }
}
