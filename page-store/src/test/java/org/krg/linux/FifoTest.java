// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FifoTest {
    @TempDir Path directory;

    @Test
    void aFifoHasTheModeItWasMadeWith() throws IOException {
        var fifo = directory.resolve("fifo");

        Fifo.create(fifo, 0600);

        assertThat(Files.isRegularFile(fifo)).isFalse();
        assertThat(Files.getPosixFilePermissions(fifo))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        assertThatThrownBy(() -> Fifo.create(directory, 0600))
                .isInstanceOf(LinuxException.class)
                .hasMessage("mkfifo(" + directory + "): EEXIST");
    }
}
