// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestNode;

/// A cell is read while it runs, and its processes end at any moment of that.
final class EndingProcessesTest {
    private static final int READINGS = 200;

    /// Each process ends as soon as it has begun, with the memory and the descriptors of the shell.
    private static final String BUSY =
            "exec 3</dev/null 4<&3 5<&3; while :; do (:) & (:) & (:) & wait; done";

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void whatEndsWhileItIsReadIsNotThere() throws IOException {
        var cell = pair.start(pair.spec("sh", "-c", "echo ready; " + BUSY));
        cell.awaitOutput("ready");
        var options = TestNode.options(2);

        for (var reading = 0; reading < READINGS; reading++) {
            assertThat(pair.home().checkpoints().preflight(cell, options)).isEmpty();
        }
    }
}
