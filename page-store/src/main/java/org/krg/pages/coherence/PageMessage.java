// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.List;

/// What nodes and the home of a block say to each other. Pages are indices in the block.
public sealed interface PageMessage {
    /// From a node to the home.
    sealed interface ToHome extends PageMessage {}

    /// From the home to a node.
    sealed interface ToNode extends PageMessage {}

    /// A process of the node stands still until it may read, or write. One at a time for a page.
    record Request(int page, boolean write) implements ToHome {}

    /// Answers [Fetch] or [Take]: the page comes with it.
    record Data(int page) implements ToHome {}

    /// Answers [Invalidate]: no process of the node sees the page any more.
    record Invalidated(int page) implements ToHome {}

    /// Answers [Recover].
    ///
    /// @param copies of every page that the node has or ever had
    record Claim(List<Copy> copies) implements ToHome {}

    /// The page is theirs.
    ///
    /// @param version one more with every change of the writer
    record Grant(int page, Access access, long version, Content content) implements ToNode {}

    /// Asks for the page, which stays to be read.
    record Fetch(int page) implements ToNode {}

    /// Asks for the page, which goes.
    record Take(int page) implements ToNode {}

    /// Asks to give the page up.
    record Invalidate(int page) implements ToNode {}

    /// Nobody has the page any more.
    record Lost(int page) implements ToNode {}

    /// The sender is the home from this epoch on, and asks for the node's copies.
    record Recover() implements ToNode {}
}
