// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.StorageDamaged;

final class FileDigestsTest {
    private static final String TABLE = "000012.sst";
    private static final String ROWS = "rows";

    @TempDir private Path directory;

    private Path first = Path.of("");
    private Path second = Path.of("");
    private final FileDigests digests = new FileDigests();

    /// Two snapshots that have the same table file.
    @BeforeEach
    void makeSnapshots() throws IOException {
        first = Files.createDirectory(directory.resolve("first"));
        second = Files.createDirectory(directory.resolve("second"));
        Files.writeString(first.resolve(TABLE), ROWS);
        Files.writeString(first.resolve("CURRENT"), "MANIFEST-000001");
        Files.createLink(second.resolve(TABLE), first.resolve(TABLE));
        Files.writeString(second.resolve("CURRENT"), "MANIFEST-000002");
        new FileDigests().write(first, FileDigestsTest::check);
    }

    /// As RocksDB does by the checksums in a table.
    private static void check(Path table) {
        try {
            if (!Files.readString(table).equals(ROWS)) {
                throw new StorageDamaged(table, "block checksum mismatch");
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// As after a bit has flipped: neither the size is another one, nor the time of a change.
    private void damage() throws IOException {
        var table = first.resolve(TABLE);
        var changed = Files.getLastModifiedTime(table);
        Files.writeString(table, "cows");
        Files.setLastModifiedTime(table, changed);
    }

    @Test
    void aTableOfTheSnapshotBeforeCountsAsItWasWritten() throws IOException {
        digests.know(first);
        damage();
        digests.write(second, FileDigestsTest::check);

        assertThatThrownBy(() -> FileDigests.verify(second, FileDigestsTest::check))
                .isInstanceOf(StorageDamaged.class)
                .hasMessageContaining(TABLE);
    }

    @Test
    void aDamagedTableThatIsNotKnownIsNotTakenForWhatWasWritten() throws IOException {
        digests.know(first);
        damage();
        digests.forget(first.resolve(TABLE));

        assertThatThrownBy(() -> digests.write(second, FileDigestsTest::check))
                .isInstanceOf(StorageDamaged.class)
                .hasMessageContaining(TABLE);
    }

    @Test
    void noTableIsKnownOfADirectoryThatIsDamaged() throws IOException {
        digests.know(first);
        damage();
        digests.forget(first.resolve("CURRENT"));
        assertThatCode(() -> digests.write(second, FileDigestsTest::check))
                .doesNotThrowAnyException();

        digests.forget(first);
        assertThatThrownBy(() -> digests.write(second, FileDigestsTest::check))
                .isInstanceOf(StorageDamaged.class);
    }

    @Test
    void aTableThatWasDamagedBeforeItWasSummedIsFound() throws IOException {
        damage();
        digests.write(second, _ -> {});

        assertThatThrownBy(() -> FileDigests.verify(second, FileDigestsTest::check))
                .isInstanceOf(StorageDamaged.class)
                .hasMessageContaining(TABLE);
    }

    @Test
    void checksumsThatMakeNoSenseAreNotKnown() throws IOException {
        Files.write(first.resolve(FileDigests.NAME), new byte[] {(byte) 0xff, '\n', 'x', '\n'});
        digests.know(first);
        digests.know(directory.resolve("nowhere"));
        digests.write(second, FileDigestsTest::check);

        assertThatCode(() -> FileDigests.verify(second, FileDigestsTest::check))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> FileDigests.verify(first, FileDigestsTest::check))
                .isInstanceOf(StorageDamaged.class);
    }

    /// As by a process that ends.
    @Test
    void aReadingThatIsInterruptedFindsNoDamage() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> FileDigests.verify(first, FileDigestsTest::check))
                .isInstanceOf(StorageFailed.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aFileThatIsMissingOrShorterIsDamage() throws IOException {
        Files.writeString(first.resolve("CURRENT"), "MANIFEST");

        assertThatThrownBy(() -> FileDigests.verify(first, FileDigestsTest::check))
                .isInstanceOf(StorageDamaged.class)
                .hasMessageContaining("8 bytes, not 15");

        Files.delete(first.resolve("CURRENT"));

        assertThatThrownBy(() -> FileDigests.verify(first, FileDigestsTest::check))
                .isInstanceOf(StorageDamaged.class);
    }
}
