// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.krg.host.HostFailure;
import org.krg.host.SegmentTransfer;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;

/// A node without shared memory.
final class NoContents implements SegmentTransfer {
    /// Names of what was to be written to its file.
    final List<String> synced = new CopyOnWriteArrayList<>();

    @Override
    public void dump(Segment segment, OutputStream into) {
        throw none();
    }

    @Override
    public int load(Segment segment, InputStream from) {
        throw none();
    }

    @Override
    public Prepared prepare(
            Optional<NodeId> on, String path, Identity owner, long sizeBytes, boolean create) {
        throw none();
    }

    @Override
    public long sync(Segment segment) {
        synced.add(segment.name());
        throw none();
    }

    private static HostFailure none() {
        return new HostFailure(HostFailure.Code.NO_QUORUM, "no shared memory", "ask again");
    }
}
