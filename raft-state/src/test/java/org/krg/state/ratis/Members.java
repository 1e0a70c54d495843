// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.krg.testkit.StateCluster;

/// Clusters for tests of what lies on the disk.
final class Members {
    /// What may last on a loaded machine.
    static final Duration LIMIT = Duration.ofMinutes(2);

    private Members() {}

    /// Three members with a snapshot every 32 entries, small segments, and a log of 1000 entries.
    static StateCluster withSnapshots(Path directory) {
        return StateCluster.start(directory, 3, config -> config.withLog(32, 1_000));
    }

    /// Waits until every running member has applied everything.
    static void awaitApplied(StateCluster cluster) {
        await().atMost(LIMIT)
                .until(() ->
                        cluster.stores().stream()
                                        .map(store -> store.hash().appliedIndex())
                                        .distinct()
                                        .count()
                                == 1);
    }
}
