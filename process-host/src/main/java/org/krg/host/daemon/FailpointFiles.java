// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.krg.host.engine.Failpoint;
import org.krg.host.engine.Failpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds the agent up where a file wants it: as long as there is one with the name of the point,
/// and no longer than a minute. A second file, `POINT.reached`, tells that it stands there. An
/// agent whose data has no such directory looks for one and does nothing else.
///
/// @param directory of these files: only who owns the agent's data can make them
record FailpointFiles(Path directory) implements Failpoints {
    private static final Logger log = LoggerFactory.getLogger(FailpointFiles.class);
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

    @Override
    public void reach(Failpoint point) {
        var wanted = directory.resolve(point.name());
        if (!Files.exists(wanted)) {
            return;
        }
        log.warn("held up at={}", point);
        var end = System.nanoTime() + LIMIT.toNanos();
        try {
            Files.write(directory.resolve(point + ".reached"), new byte[0]);
            while (Files.exists(wanted) && System.nanoTime() - end < 0) {
                Thread.sleep(BETWEEN_LOOKS);
            }
        } catch (IOException failure) {
            log.warn("nobody is told who stands at={} reason={}", point, failure.toString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        log.warn("goes on at={}", point);
    }
}
