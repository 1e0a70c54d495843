// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.StateCluster.get;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.testkit.StateCluster;

/// A member that ends in an orderly way.
final class CleanEndTest {
    private static final int SOME = 50;

    @Test
    void startsFromAllThatItHadApplied(@TempDir Path directory) {
        try (var cluster = StateCluster.start(directory, 3)) {
            var client = new ClusterOperations();
            client.grantMany(cluster.store(cluster.awaitLeader()), SOME);
            var node = cluster.awaitFollower();
            get(cluster.store(node).read());
            var applied = cluster.store(node).hash().appliedIndex();
            cluster.stop(node);

            var back = cluster.open(node);

            assertThat(back.storage().snapshot())
                    .hasValueSatisfying(
                            it -> assertThat(it.index()).isGreaterThanOrEqualTo(applied));
            get(back.read());
            Members.awaitApplied(cluster);
            assertThat(cluster.ends()).isEmpty();
        }
    }

    /// As where no room is left.
    @Test
    void closesItsRowsThoughNoSnapshotCanBeTaken(@TempDir Path directory) throws IOException {
        try (var cluster = StateCluster.start(directory, 3)) {
            new ClusterOperations().grantMany(cluster.store(cluster.awaitLeader()), SOME);
            var node = cluster.awaitFollower();
            get(cluster.store(node).read());
            for (var snapshots : snapshotDirectories(directory)) {
                Files.createDirectory(snapshots.resolveSibling("checkpoint.tmp"));
            }
            cluster.stop(node);

            var back = cluster.open(node);

            get(back.read());
            Members.awaitApplied(cluster);
            assertThat(cluster.ends()).isEmpty();
        }
    }

    private static List<Path> snapshotDirectories(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            return paths.filter(it -> it.endsWith("sm")).toList();
        }
    }
}
