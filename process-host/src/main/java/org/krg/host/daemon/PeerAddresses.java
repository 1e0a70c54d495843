// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Where the peer ports of the nodes are: what this replica knows, once there is one.
final class PeerAddresses implements Function<NodeId, Optional<HostPort>> {
    private volatile Supplier<ClusterImage> replica = () -> ClusterImage.EMPTY;

    void follow(Supplier<ClusterImage> source) {
        replica = source;
    }

    @Override
    public Optional<HostPort> apply(NodeId node) {
        return replica.get().nodes().find(node).map(row -> row.addresses().peer());
    }
}
