// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.krg.policy.model.Situation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Verdict;

/// Decides where a waiting process goes. Implementations are pure: the same situation, the same
/// decision.
public interface Policy {
    /// {@return its name and version, as decision records show it}
    String name();

    /// {@return a verdict on every node and, if any is feasible, the chosen one}
    PlacementDecision place(Situation situation, HostedProcess process);

    /// {@return the decision for the feasible node with the largest score} Of equal ones the first
    /// by name.
    static PlacementDecision best(String policy, List<Verdict> verdicts, Instant now) {
        var chosen =
                verdicts.stream()
                        .filter(Verdict::feasible)
                        .max(
                                Comparator.comparingDouble(Verdict::score)
                                        .thenComparing(Verdict::node, Comparator.reverseOrder()))
                        .map(Verdict::node);
        return new PlacementDecision(policy, chosen, verdicts, now);
    }
}
