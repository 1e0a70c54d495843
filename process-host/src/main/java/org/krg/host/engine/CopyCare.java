// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.InstantSource;
import org.krg.host.AgentSettings.CopySettings;
import org.krg.linux.Boottime;
import org.krg.state.ClusterStore;
import org.krg.state.model.NodeId;

/// Looks after copies of checkpoints: this node's are read through, those of lost nodes made again.
public final class CopyCare implements AutoCloseable {
    private final Scrubber scrubber;
    private final CopyKeeper keeper;

    /// @param notes where it is kept how far this node is with reading its own
    public CopyCare(
            NodeId self,
            CopySettings settings,
            ClusterStore store,
            Checkpointing checkpoints,
            Proposals proposals,
            ScrubNotes notes,
            MetricRegistry metrics) {
        var wall = InstantSource.system();
        scrubber =
                new Scrubber(
                        self,
                        settings,
                        store,
                        checkpoints,
                        proposals,
                        notes,
                        Boottime::now,
                        wall,
                        metrics);
        keeper =
                new CopyKeeper(
                        self,
                        settings.replaceAfter(),
                        store,
                        checkpoints,
                        proposals,
                        wall,
                        metrics);
    }

    /// Begins, each in a thread of its own.
    public void start() {
        scrubber.start();
        keeper.start();
    }

    @Override
    public void close() {
        keeper.close();
        scrubber.close();
    }
}
