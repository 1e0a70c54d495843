// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.Optional;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;

/// Stored data of this node that is not what it was.
///
/// @param generation that was being read
/// @param what is damaged, as a phrase
/// @param repairedFrom the node whose copy it was put right from; empty if none had it
public record Damage(GenerationId generation, String what, Optional<NodeId> repairedFrom) {}
