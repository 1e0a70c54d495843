// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.policy.model.Ledger;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.NodeId;
import org.krg.state.model.Resources;

/// What is set aside on each node: by processes that are there, and by what was just placed.
public final class Reservations {
    private Reservations() {}

    /// {@return the reserved amount of every node that has any, by name}
    public static SortedMap<NodeId, Resources> of(ClusterImage image, Ledger ledger) {
        var reserved = new TreeMap<NodeId, Resources>();
        for (var process : image.processes().values()) {
            var reserve = image.jobs().require(process.job()).spec().reserve();
            process.phase()
                    .host()
                    .ifPresent(node -> reserved.merge(node, reserve, Resources::plus));
        }
        for (var entry : ledger.settled(image).entries()) {
            reserved.merge(entry.node(), entry.reserve(), Resources::plus);
        }
        return reserved;
    }
}
