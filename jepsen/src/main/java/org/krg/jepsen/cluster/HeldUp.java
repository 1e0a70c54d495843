// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// An agent that is to stand still where it comes to a point of its protocol, until this is closed
/// or a minute is over.
///
/// @param wanted the file by which it is told so
public record HeldUp(String node, Path wanted) implements AutoCloseable {
    /// Has the agent of a node stand still there.
    public static HeldUp at(Cluster cluster, String node, String point) {
        try {
            var directory = Files.createDirectories(cluster.data(node).resolve("failpoints"));
            return new HeldUp(node, Files.createFile(directory.resolve(point)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Returns when it stands there.
    ///
    /// @throws CampaignFailed if it does not come there within `limit`
    public void await(Duration limit) {
        Await.until(
                node + " to come to " + wanted.getFileName(), limit, () -> Files.exists(reached()));
    }

    private Path reached() {
        return wanted.resolveSibling(wanted.getFileName() + ".reached");
    }

    @Override
    public void close() {
        try {
            Files.delete(wanted);
            Files.deleteIfExists(reached());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
