// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.util.UUID;
import org.krg.host.AgentSettings;
import org.krg.host.HostFailure;
import org.krg.host.daemon.DataDirectory.Identity;
import org.krg.state.StateConfig.FirstMember;

/// Who this node is in the cluster its settings name.
final class Membership {
    private Membership() {}

    /// {@return what the data directory says, or else what the settings or the cluster say, which
    /// is written down}
    ///
    /// @throws HostFailure if the directory belongs to another node or cluster
    static Identity establish(AgentSettings settings, DataDirectory data, JoinClient join) {
        var known = data.findIdentity();
        if (known.isPresent()) {
            requireSame(settings, known.get());
            return known.get();
        }
        var incarnation =
                settings.members().isEmpty() ? join.nextIncarnation() : firstIncarnation(settings);
        var identity = new Identity(settings.cluster().id(), settings.node().name(), incarnation);
        data.identify(identity);
        return identity;
    }

    private static long firstIncarnation(AgentSettings settings) {
        return settings.members().stream()
                .filter(member -> member.node().equals(settings.node().name()))
                .mapToLong(FirstMember::incarnation)
                .findFirst()
                .orElseThrow();
    }

    private static void requireSame(AgentSettings settings, Identity known) {
        UUID cluster = settings.cluster().id();
        if (known.cluster().equals(cluster) && known.node().equals(settings.node().name())) {
            return;
        }
        throw new HostFailure(
                HostFailure.Code.CONFLICT,
                "%s belongs to node %s of cluster %s, not to node %s of cluster %s"
                        .formatted(
                                settings.node().data(),
                                known.node(),
                                known.cluster(),
                                settings.node().name(),
                                cluster),
                "give this node a directory of its own (node.data)");
    }
}
