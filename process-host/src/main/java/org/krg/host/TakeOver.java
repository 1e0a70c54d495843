// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.List;
import org.krg.state.model.BlockId;

/// A node ends, and has another one take pages of a segment.
///
/// @param pages by their index in the block; none asks whether the node stays, and has it hold the
///   segment for a while
public record TakeOver(BlockId block, List<Integer> pages) {
    public TakeOver {
        pages = List.copyOf(pages);
    }

    /// What the other one says.
    public sealed interface Answer {
        /// It takes them.
        ///
        /// @param missing how many it does not have yet: it is to be asked again
        record Takes(int missing) implements Answer {}

        /// It takes none.
        record Declines(String why) implements Answer {}
    }
}
