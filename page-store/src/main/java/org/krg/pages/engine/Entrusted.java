// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;

/// Pages of a block that would be lost with this agent, or might be.
///
/// @param home of the block, this node or another one, if that is known
/// @param pages by their index in the block, in order
public record Entrusted(BlockId block, Optional<Member> home, List<Integer> pages) {}
