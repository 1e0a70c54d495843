// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.StorageDamaged;
import org.krg.state.model.Revision;

/// Files of backups, also those of earlier versions.
final class BackupTest {
    @TempDir private Path directory;

    @Test
    void oneOfTheFirstVersionHasNoPadding() throws Exception {
        var content = Backup.check(file(1, -1));

        assertThat(content.header().revision()).isEqualTo(new Revision(5));
        assertThat(content.rows()).isEmpty();
    }

    @Test
    void oneOfTheSecondIsPadded() throws Exception {
        assertThat(Backup.check(file(2, 0)).header().position()).isEqualTo(new LogPosition(3, 4));
        assertThat(Backup.check(file(2, 511)).header().revision()).isEqualTo(new Revision(5));
        var tooFar = file(2, 512);
        assertThatThrownBy(() -> Backup.check(tooFar)).isInstanceOf(StorageDamaged.class);
    }

    @Test
    void oneOfALaterVersionIsNotRead() throws Exception {
        var later = file(3, 0);
        assertThatThrownBy(() -> Backup.check(later))
                .isInstanceOf(StorageFailed.class)
                .hasMessageContaining("has format 3, this krg reads 1 and 2");
    }

    private Path file(int version, int padding) throws IOException, NoSuchAlgorithmException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write("KRGSTATE".getBytes(StandardCharsets.US_ASCII));
        out.writeInt(version);
        for (var number : new long[] {1, 2, 3, 4, 5, 6}) {
            out.writeLong(number);
        }
        out.writeByte(0);
        out.writeLong(0);
        if (padding >= 0) {
            out.writeInt(padding);
            out.write(new byte[padding]);
        }
        out.write(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        return Files.write(directory.resolve("backup"), bytes.toByteArray());
    }
}
