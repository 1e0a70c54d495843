// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.model.AuditEntry;

final class AuditLogTest {
    @TempDir Path directory;

    @Test
    void whatIsRecordedIsReadInOrderAlsoAfterARestart() throws IOException {
        record("ann", "bob");
        record("carol");

        var read = new ArrayList<AuditLine>();
        var chain = AuditFiles.read(directory, read::add);
        assertThat(chain.broken()).isEmpty();
        assertThat(chain.lines()).isEqualTo(3);
        assertThat(read).extracting(AuditLine::number).containsExactly(1L, 2L, 3L);
        assertThat(read.get(2).entry()).isEqualTo(entry("carol"));
        assertThat(chain.hash()).isEqualTo(read.get(2).hash());
    }

    @Test
    void oneChangedByteBreaksTheChainWhereItIs() throws IOException {
        record("ann", "bob", "carol");
        var file = AuditFiles.file(directory, 1);
        var text = Files.readString(file);
        for (var change : List.of(text.replace("bob", "bab"), withoutLine(text, "bob"))) {
            Files.writeString(file, change);

            var read = new ArrayList<AuditLine>();
            var chain = AuditFiles.read(directory, read::add);
            assertThat(chain.broken()).hasValueSatisfying(it -> assertThat(it).contains("line 2"));
            assertThat(chain.torn()).isFalse();
            assertThat(read).hasSize(1);
        }
    }

    @Test
    void aBrokenLogIsPutAsideAndStaysKnown() throws IOException {
        record("ann", "bob");
        var file = AuditFiles.file(directory, 1);
        Files.writeString(file, Files.readString(file).replace("bob", "bab"));

        try (var log = AuditLog.open(directory)) {
            assertThat(log.problem()).isPresent();
            log.record(entry("carol"));
        }

        assertThat(AuditFiles.aside(directory)).hasSize(1);
        assertThat(AuditFiles.read(directory, _ -> {}).lines()).isEqualTo(1);
    }

    @Test
    void aLineThatACrashCutShortIsDropped() throws IOException {
        record("ann");
        Files.writeString(
                AuditFiles.file(directory, 1), "2\t2026-11-27T00", StandardOpenOption.APPEND);
        assertThat(AuditFiles.read(directory, _ -> {}).torn()).isTrue();

        record("bob");

        var chain = AuditFiles.read(directory, _ -> {});
        assertThat(chain.broken()).isEmpty();
        assertThat(chain.lines()).isEqualTo(2);
        assertThat(AuditFiles.aside(directory)).isEmpty();
    }

    @Test
    void theChainGoesOnFromFileToFileAndTheOldestMayGo() throws IOException {
        files(4);
        var files = AuditFiles.files(directory);
        assertThat(AuditFiles.read(directory, _ -> {}).broken()).isEmpty();

        Files.delete(files.getFirst());
        assertThat(AuditFiles.read(directory, _ -> {}).broken()).isEmpty();

        Files.delete(files.get(2));
        assertThat(AuditFiles.read(directory, _ -> {}).broken()).isPresent();
    }

    @Test
    void aStartReadsTheNewestFileAndHowTheOthersEnd() throws IOException {
        files(4);
        var all = AuditFiles.read(directory, _ -> {});

        var newest = AuditFiles.readNewest(directory);

        assertThat(newest.broken()).isEmpty();
        assertThat(newest.lines()).isEqualTo(1);
        assertThat(newest.next()).isEqualTo(all.next());
        assertThat(newest.hash()).isEqualTo(all.hash());
        assertThat(newest.wholeBytes()).isEqualTo(all.wholeBytes());
    }

    @Test
    void aStartSeesAFileThatWasTakenOutOrCutButNotALineAmidAnOldOne() throws IOException {
        files(4);
        var files = AuditFiles.files(directory);
        var second = Files.readString(files.get(1));

        Files.writeString(files.get(1), second.replace("POST", "PAST"));
        assertThat(AuditFiles.readNewest(directory).broken()).isEmpty();
        assertThat(AuditFiles.read(directory, _ -> {}).broken()).isPresent();

        Files.writeString(files.get(1), second.substring(0, second.length() - 1));
        assertThat(AuditFiles.readNewest(directory).broken()).isPresent();
        assertThat(AuditFiles.readNewest(directory).torn()).isFalse();

        Files.delete(files.get(1));
        assertThat(AuditFiles.readNewest(directory).broken()).isPresent();
    }

    @Test
    void aFileThatACrashCutShortAtItsHeadIsBegunAgain() throws IOException {
        files(3);
        var last = AuditFiles.files(directory).getLast();
        Files.writeString(last, "continues 00");

        record("bob");

        assertThat(AuditFiles.aside(directory)).isEmpty();
        var chain = AuditFiles.read(directory, _ -> {});
        assertThat(chain.broken()).isEmpty();
        assertThat(chain.lines()).isEqualTo(3);
    }

    @Test
    void theLongestLineEndsAFileToo() throws IOException {
        var long3 = "\u20ac".repeat(2_000);
        try (var log = AuditLog.open(directory, 1)) {
            log.record(
                    new AuditEntry(Instant.parse("2026-11-27T00:00:00Z"), long3, long3, long3, 1));
        }
        try (var log = AuditLog.open(directory, 1)) {
            log.record(entry("ann"));
        }

        assertThat(AuditFiles.files(directory)).hasSize(2);
        assertThat(AuditFiles.readNewest(directory).broken()).isEmpty();
        assertThat(AuditFiles.read(directory, _ -> {}).broken()).isEmpty();
    }

    @Test
    void nobodyWritesALineOfTheirOwn() throws IOException {
        record("ann\n9\tx", "x".repeat(5_000));

        var read = new ArrayList<AuditLine>();
        assertThat(AuditFiles.read(directory, read::add).broken()).isEmpty();
        assertThat(read.getFirst().entry().who()).isEqualTo("ann?9?x");
        assertThat(read.getLast().entry().who()).hasSize(1_024);
    }

    /// Makes a log of as many files, each with one line.
    private void files(int count) throws IOException {
        for (var i = 0; i < count; i++) {
            try (var log = AuditLog.open(directory, 1)) {
                log.record(entry("ann" + i));
            }
        }
        assertThat(AuditFiles.files(directory)).hasSize(count);
    }

    private void record(String... users) throws IOException {
        try (var log = AuditLog.open(directory)) {
            for (var user : users) {
                log.record(entry(user));
            }
        }
    }

    private static AuditEntry entry(String user) {
        return new AuditEntry(
                Instant.parse("2026-11-27T00:00:00Z"), user, "127.0.0.1:5", "POST /v1/users", 201);
    }

    private static String withoutLine(String text, String part) {
        return String.join("\n", text.lines().filter(line -> !line.contains(part)).toList()) + "\n";
    }
}
