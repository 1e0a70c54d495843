// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// What the policy thought of one node.
///
/// @param feasible whether the node could have been chosen
/// @param score larger is better; 0 when not feasible
/// @param reasons the rules that rejected it, or what the score is made of, each with its numbers
public record Verdict(NodeId node, boolean feasible, double score, List<String> reasons) {
    public Verdict {
        reasons = List.copyOf(reasons);
    }
}
