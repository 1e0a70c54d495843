// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What needs a client of its own is shown with libkrg, in `NodeMemoryTest`.
class PacketListenerTest {
    @TempDir private Path directory;

    @Test
    void nobodyHasConnectedYet() {
        try (var listener = PacketListener.listen(directory.resolve("s"))) {
            assertThat(listener.accept()).isEmpty();
        }
    }

    @Test
    void aPathThatIsTakenIsRefused() {
        try (var listener = PacketListener.listen(directory.resolve("s"))) {
            assertThat(listener.accept()).isEmpty();
            assertThatThrownBy(() -> PacketListener.listen(directory.resolve("s")).close())
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EADDRINUSE");
        }
    }

    @Test
    void aPathThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> PacketListener.listen(directory.resolve("s".repeat(108))).close())
                .hasMessageContaining("ENAMETOOLONG");
    }

    @Test
    void awaitingEndsWithAWakeUp() {
        try (var epoll = Epoll.open();
                var listener = PacketListener.listen(directory.resolve("s"))) {
            epoll.add(listener.descriptor(), 7);
            var tags = CompletableFuture.supplyAsync(epoll::await);
            epoll.wakeUp();
            assertThat(tags.join()).isEmpty();
            epoll.remove(listener.descriptor());
            assertThatThrownBy(() -> epoll.remove(listener.descriptor()))
                    .hasMessageContaining("ENOENT");
        }
    }
}
