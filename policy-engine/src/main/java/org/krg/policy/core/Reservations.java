// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.policy.model.Ledger;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.Resources;

/// What is set aside on each node: by processes that are there or on their way to it, and by what
/// was just placed.
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
        for (var migration : image.migrations().values()) {
            if (migration.isActive()) {
                arriving(image, migration)
                        .ifPresent(reserve ->
                                reserved.merge(migration.route().to(), reserve, Resources::plus));
            }
        }
        for (var entry : ledger.settled(image).entries()) {
            reserved.merge(entry.node(), entry.reserve(), Resources::plus);
        }
        return reserved;
    }

    /// {@return what a process that is not there yet will need}
    private static Optional<Resources> arriving(ClusterImage image, Migration migration) {
        return image.processes()
                .find(migration.route().process())
                .filter(process ->
                        !process.phase().host().equals(Optional.of(migration.route().to())))
                .map(process -> image.jobs().require(process.job()).spec().reserve());
    }
}
