// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.engine.Failpoint;

class FailpointFilesTest {
    @TempDir private Path directory;

    @Test
    void whoIsWantedAtAPointStandsThereUntilItIsNot() throws IOException {
        var points = new FailpointFiles(directory);
        var wanted = Files.createFile(directory.resolve("THAWS"));
        points.reach(Failpoint.STANDS);

        var thaw = CompletableFuture.runAsync(() -> points.reach(Failpoint.THAWS));

        await().until(() -> Files.exists(directory.resolve("THAWS.reached")));
        assertThat(thaw).isNotDone();
        Files.delete(wanted);
        thaw.orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(directory.resolve("STANDS.reached")).doesNotExist();
    }

    @Test
    void nobodyIsWantedWhereThereIsNoDirectory() {
        new FailpointFiles(directory.resolve("none")).reach(Failpoint.THAWS);

        assertThat(directory).isEmptyDirectory();
    }
}
