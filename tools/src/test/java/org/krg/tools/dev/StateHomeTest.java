// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateHomeTest {
    private static final Path CLUSTER = Path.of("/srv/dev");

    @TempDir private Path temporary;

    @Test
    void theLastClusterIsRememberedUntilItIsForgotten() {
        var state = new StateHome(temporary.resolve("state/krg"));
        assertThat(state.findLast()).isEmpty();

        state.remember(CLUSTER);
        state.forget(Path.of("/srv/other"));
        assertThat(state.findLast()).contains(CLUSTER);

        state.forget(CLUSTER);
        assertThat(state.findLast()).isEmpty();
    }

    @Test
    void theDirectoryOfAClusterWithoutOneIsInTheState() {
        var state = new StateHome(temporary.resolve("krg"));

        assertThat(state.presetCluster()).isEqualTo(temporary.resolve("krg/dev-cluster"));
    }

    @Test
    void whereNothingCanBeWrittenNothingIsRemembered() throws Exception {
        var file = Files.createFile(temporary.resolve("file"));
        var state = new StateHome(file.resolve("krg"));

        state.remember(CLUSTER);

        assertThat(state.findLast()).isEmpty();
        assertThat(state.presetCluster().toString()).startsWith("/tmp/krg-dev-");
    }
}
