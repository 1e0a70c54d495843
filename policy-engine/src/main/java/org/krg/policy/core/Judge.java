// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// What somebody who wrote a policy thinks of a node, once krg's own rules let it through.
@FunctionalInterface
public interface Judge {
    /// {@return what speaks against the node, or its score}
    ///
    /// @param values of all [Variable]s, by their names
    Opinion of(SortedMap<String, Object> values);

    /// What is thought of one node.
    ///
    /// @param objections why the node is not taken; empty when it may be
    /// @param score larger is better; counts where there is no objection
    /// @param reasons what the score is made of
    /// @param failed whether something could not be worked out, which is an objection too
    record Opinion(List<String> objections, double score, List<String> reasons, boolean failed) {
        public Opinion {
            objections = List.copyOf(objections);
            reasons = List.copyOf(reasons);
        }

        /// {@return what a decision record shows of it}
        public List<String> all() {
            var all = new ArrayList<>(objections);
            all.addAll(reasons);
            return all;
        }
    }
}
