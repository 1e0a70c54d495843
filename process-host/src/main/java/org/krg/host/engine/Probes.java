// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.concurrent.CompletableFuture;
import org.krg.host.ProgramQuestion;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.model.NodeId;

/// Asks a node, this one or another, whether it has a program.
@FunctionalInterface
public interface Probes {
    /// {@return its answer} May fail or never come; the caller sets the bound.
    CompletableFuture<ProgramFacts> ask(NodeId node, ProgramQuestion question);
}
