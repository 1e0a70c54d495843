// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import org.krg.state.model.BlockId;

/// The way to the agreement on who is the home of a block.
public interface Grants {
    /// Has a home agreed on if there is none, or none that lives. Does not block. The answer is
    /// [PageEngine#granted], from another thread, also if it was agreed on long ago; until it comes
    /// the question may be asked again.
    void ask(BlockId block);
}
