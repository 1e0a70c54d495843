// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.StateCluster.get;

import java.nio.file.Path;
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
}
