// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The floor of `bench locks`: the threads library in a file that two processes share.
class SyncProgramTest {
    private static final int CALLS = 50;
    private static final Path PROGRAM =
            Path.of(System.getProperty("krg.root"), "target", "native", "krg-sync");

    @TempDir private Path directory;

    @Test
    void processesMeetOnTheFloorAndTimeIt() {
        var floor = "floor %s 2".formatted(directory.resolve("objects"));
        try (var one = SyncProgram.onFloor(PROGRAM, floor);
                var other = SyncProgram.onFloor(PROGRAM, floor)) {
            for (var what : new String[] {"lock", "add", "sem", "barrier"}) {
                var command = "time %s 0 %d 2".formatted(what, CALLS);
                var first = one.begin(command);
                var second = other.begin(command);
                assertThat(first.join().split(" ", -1)).as(what).hasSize(CALLS);
                assertThat(second.join().split(" ", -1)).as(what).hasSize(CALLS);
            }
        }
    }
}
