// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

/// Which copies of checkpoints a node is to make because other nodes that had some are lost. Every
/// node decides for itself, from what was agreed, and all come to the same.
///
/// @param patience how long a lost node is waited for before its copies no longer count
public record MissingCopies(ClusterImage image, NodeId self, Duration patience) {

    /// {@return the generations that `self` is to get a copy of, the newest first}
    public List<Generation> due(Instant now) {
        return image.generations().values().stream()
                .filter(generation -> isDue(generation, now))
                .sorted(Comparator.comparing(Generation::taken).reversed())
                .toList();
    }

    private boolean isDue(Generation generation, Instant now) {
        var copies = generation.copies();
        if (copies.stream().noneMatch(this::isReady)) {
            return false;
        }
        var counted = copies.stream().filter(node -> counts(node, now)).count();
        var needed = image.copiesNeeded(image.processes().require(generation.id().process()).job());
        var missing = Math.max(0, needed - counted);
        return newHolders(generation).stream().limit(missing).anyMatch(self::equals);
    }

    /// {@return who gets the next copies, in an order of the process' own, so that those of many
    /// processes go to many nodes}
    private List<NodeId> newHolders(Generation generation) {
        var nodes = new ArrayList<NodeId>();
        for (var node : image.nodes().values()) {
            if (isReady(node.id())
                    && !node.cordoned()
                    && !generation.copies().contains(node.id())) {
                nodes.add(node.id());
            }
        }
        if (!nodes.isEmpty()) {
            var first = generation.id().process().value() % nodes.size();
            Collections.rotate(nodes, -(int) first);
        }
        return nodes;
    }

    private boolean isReady(NodeId node) {
        return image.nodes().find(node).filter(it -> it.state() == Node.State.READY).isPresent();
    }

    private boolean counts(NodeId node, Instant now) {
        return image.nodes()
                .find(node)
                .filter(it ->
                        it.state() == Node.State.READY || now.isBefore(it.since().plus(patience)))
                .isPresent();
    }
}
