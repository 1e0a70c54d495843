// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.model;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.NodeId;

/// All that a placement is decided from.
///
/// @param occupancy by `image` and `ledger`
/// @param facts what each node said of the program; a node that is missing here was not asked
public record Situation(
        ClusterImage image,
        Ledger ledger,
        Occupancy occupancy,
        SortedMap<NodeId, ProgramFacts> facts,
        Instant now) {
    public Situation {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }

    /// Works out what the nodes have taken on.
    public Situation(
            ClusterImage image, Ledger ledger, SortedMap<NodeId, ProgramFacts> facts, Instant now) {
        this(image, ledger, Occupancy.of(image, ledger), facts, now);
    }

    /// {@return what a node said of the program}
    public ProgramFacts factsOf(NodeId node) {
        return facts.getOrDefault(node, ProgramFacts.unknown("it was not asked"));
    }
}
