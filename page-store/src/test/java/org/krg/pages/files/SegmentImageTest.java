// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// Pages of a segment that real processes of several nodes have written go into a file, and into
/// another segment.
class SegmentImageTest {
    private static final int PAGE = 4_096;
    private static final int WRITTEN = 40;

    @TempDir private Path directory;

    @Test
    void pagesOfAllNodesComeBackAsTheyWereWhateverWasStoredSince() throws IOException {
        var file = directory.resolve("image");
        try (var agreement = new Agreement();
                var one = node("one", agreement);
                var two = node("two", agreement)) {
            var writers = List.of(one.toucher(), two.toucher());
            for (var page = 0; page < WRITTEN; page++) {
                store(writers.get(page % 2), page, page + 1);
            }
            // Both have it to read.
            assertThat(read(writers.getFirst(), 1)).isEqualTo("2");

            one.save(file);

            store(writers.get(1), 0, 99);
            store(writers.get(0), WRITTEN, 99);
        }
        try (var agreement = new Agreement();
                var one = node("three", agreement);
                var two = node("four", agreement)) {
            one.load(file);
            var readers = List.of(one.toucher(), two.toucher());
            for (var page = 0; page < WRITTEN; page++) {
                assertThat(read(readers.get(1), page)).isEqualTo("" + (page + 1));
            }
            assertThat(read(readers.get(1), WRITTEN)).isEqualTo("0");
            store(readers.get(1), 0, 7);
            assertThat(read(readers.get(0), 0)).isEqualTo("7");
        }
    }

    @Test
    void aLostPageCannotBeSaved() throws IOException {
        try (var agreement = new Agreement();
                var one = node("one", agreement);
                var two = node("two", agreement)) {
            store(one.toucher(), 0, 1);
            store(two.toucher(), 1, 2);
            agreement.crash(two);

            assertThatThrownBy(() -> one.save(directory.resolve("image")))
                    .isInstanceOf(PagesFailed.class)
                    .hasMessageContaining("page 1 of segment 1 is lost");
        }
    }

    @Test
    void whatIsNoImageIsRefused() throws IOException {
        var file = Files.write(directory.resolve("other"), new byte[PAGE]);
        var shortened = directory.resolve("short");
        try (var agreement = new Agreement();
                var one = node("one", agreement)) {
            store(one.toucher(), 0, 1);
            one.save(shortened);
            try (var channel = Files.newByteChannel(shortened, StandardOpenOption.WRITE)) {
                channel.truncate(PAGE + 10);
            }

            assertThatThrownBy(() -> one.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("holds no pages");
            assertThatThrownBy(() -> one.load(shortened))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("too short");
        }
    }

    private PageNode node(String name, Agreement agreement) {
        return new PageNode(name, agreement, directory);
    }

    private static void store(Toucher process, int page, int value) {
        assertThat(process.ask("write %d %d".formatted(page * PAGE, value))).isEqualTo("ok");
    }

    private static String read(Toucher process, int page) {
        return process.ask("read " + page * PAGE);
    }
}
