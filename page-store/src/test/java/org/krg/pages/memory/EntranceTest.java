// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.linux.Epoll;
import org.krg.linux.PacketConnection.Peer;
import org.krg.linux.PacketListener;

/// What happens without descriptors is shown with an agent of its own, in `NodeMemoryTest`.
class EntranceTest {
    private static final Peer ANN = new Peer(7, 1_000, 1_000);
    private static final Peer BOB = new Peer(8, 1_001, 1_000);

    @TempDir private Path directory;

    @Test
    void aUserHasSoManyConnectionsAndLeavesTheOthersTheirs() {
        try (var listener = PacketListener.listen(directory.resolve("s"));
                var epoll = Epoll.open()) {
            var entrance = new Entrance(listener, epoll, 0, Runnable::run, 2);
            entrance.open();
            assertThat(entrance.enter(ANN)).isTrue();
            assertThat(entrance.enter(ANN)).isTrue();

            assertThat(entrance.enter(ANN)).isFalse();
            assertThat(entrance.enter(BOB)).isTrue();

            entrance.leave(ANN);
            assertThat(entrance.enter(ANN)).isTrue();
            assertThat(entrance.enter(ANN)).isFalse();
        }
    }
}
