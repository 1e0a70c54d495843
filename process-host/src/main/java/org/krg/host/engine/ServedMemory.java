// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.io.IOException;
import org.krg.checkpoint.MemoryReader;
import org.krg.checkpoint.model.Stretch;
import org.krg.state.ClusterStore;
import org.krg.state.model.Epoch;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Mode;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// Hands out memory of programs of this node only while the log says that they are on their way and
/// that it follows them.
public final class ServedMemory implements MemoryReader {
    private final NodeId self;
    private final ClusterStore store;
    private final MemoryReader cells;
    private final Failpoints failpoints;

    /// @param cells reads it
    public ServedMemory(
            NodeId self, ClusterStore store, MemoryReader cells, Failpoints failpoints) {
        this.self = self;
        this.store = store;
        this.cells = cells;
        this.failpoints = failpoints;
    }

    @Override
    public byte[] read(ProcessId process, Epoch epoch, Stretch pages) throws IOException {
        var served =
                store.image()
                        .activeMigration(process)
                        .filter(migration -> migration.mode() == Mode.POST_COPY)
                        // This replica may not have heard yet that it is handed over.
                        .filter(Migration::holdsSource)
                        .filter(migration -> migration.route().from().equals(self))
                        .filter(migration -> migration.route().epoch().equals(epoch))
                        .orElseThrow(() ->
                                new IOException(
                                        "process %s of epoch %s is not on its way from %s"
                                                .formatted(process, epoch, self)));
        if (served.step() instanceof Migration.Step.Pulling) {
            failpoints.reach(Failpoint.FEEDS);
        }
        return cells.read(process, epoch, pages);
    }
}
