// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRemainsTest {
    /// A shell whose variable and last argument are bytes that are no text.
    private static final String NO_TEXT =
            "KRG_CELL=\"$(printf '/\\377')\" exec sh -c 'echo up; read line' sh"
                    + " agent run --config \"$(printf '/\\377/nodes/n1/krgd.toml')\"";

    @TempDir private Path temporary;

    @Test
    void processesThatWriteNoPathWhereAPathIsExpectedAreNotOurs() throws Exception {
        var stranger = new ProcessBuilder("sh", "-c", NO_TEXT).start();
        try {
            assertThat(stranger.inputReader().readLine()).isEqualTo("up");
            var cluster = new DevCluster(UUID.randomUUID(), "dev-0123abcd", false, List.of());

            assertThat(NodeRemains.of(DevDirectory.at(temporary), cluster, "n1").processes())
                    .isEmpty();
            assertThat(AgentProcess.directories())
                    .noneMatch(directory -> directory.toString().startsWith("/\ufffd"));
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }
}
