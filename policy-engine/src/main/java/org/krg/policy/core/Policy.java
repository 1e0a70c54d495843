// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import org.krg.policy.model.Situation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.PlacementDecision;

/// Decides where a waiting process goes. Implementations are pure: the same situation, the same
/// decision.
public interface Policy {
    /// {@return its name and version, as decision records show it}
    String name();

    /// {@return a verdict on every node and, if any is feasible, the chosen one}
    PlacementDecision place(Situation situation, HostedProcess process);
}
