// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.List;

/// What nodes and the home of a block say to each other. Pages are indices in the block. What is
/// said of a run of pages is said of each of them, the first one first.
public sealed interface PageMessage {
    /// Pages of the longest run. Their bytes go with one message: longer ones would save little,
    /// and keep others waiting.
    int LONGEST_RUN = 64;

    /// {@return how many pages it says the same of}
    default int pages() {
        return 1;
    }

    /// From a node to the home.
    sealed interface ToHome extends PageMessage {}

    /// From the home to a node.
    sealed interface ToNode extends PageMessage {}

    /// The node wants to read, or write. One at a time for a page.
    ///
    /// @param ahead of what is to be read: whether no process stands still for it
    record Request(int page, int pages, boolean write, boolean ahead) implements ToHome {
        public Request(int page, int pages, boolean write) {
            this(page, pages, write, false);
        }

        public Request(int page, boolean write) {
            this(page, 1, write);
        }
    }

    /// Answers [Fetch] or [Take]: the pages come with it.
    ///
    /// @param unwritten a bit for each page, the lowest for the first one: whether it came to be
    ///   written when it was asked for to be read, and nobody wrote it
    record Data(int page, int pages, long unwritten) implements ToHome {
        public Data(int page, int pages) {
            this(page, pages, 0);
        }

        public Data(int page) {
            this(page, 1);
        }

        boolean isUnwritten(int index) {
            return (unwritten >> (index - page) & 1) != 0;
        }
    }

    /// Answers [Invalidate]: no process of the node sees the page any more.
    record Invalidated(int page) implements ToHome {}

    /// Answers [Recover].
    ///
    /// @param copies of every page that the node has or ever had
    record Claim(List<Copy> copies) implements ToHome {}

    /// Answers [Note]: the node knows what it was told up to then.
    record Noted(long sequence) implements ToHome {}

    /// Comes before the [Claim] of a node that was the mirror of a home.
    record Mirrored(Notes notes) implements ToHome {}

    /// The pages are theirs.
    ///
    /// @param version one more with every change of the writer
    record Grant(int page, int pages, Access access, long version, Content content)
            implements ToNode {
        public Grant(int page, Access access, long version, Content content) {
            this(page, 1, access, version, content);
        }
    }

    /// Asks for the pages, which stay to be read.
    record Fetch(int page, int pages) implements ToNode {
        public Fetch(int page) {
            this(page, 1);
        }
    }

    /// Asks for the page, which goes.
    record Take(int page) implements ToNode {}

    /// Asks to give the page up.
    record Invalidate(int page) implements ToNode {}

    /// Nobody has the page any more.
    record Lost(int page) implements ToNode {}

    /// Pages are going to have other owners: the node is the mirror of the home.
    ///
    /// @param begins whether the notes are all that is not in the log, and nothing counts that the
    ///   node was told before; else they come on top
    /// @param isComplete of those that begin: [Notes#isComplete]
    record Note(long sequence, boolean begins, boolean isComplete, List<OwnerNote> notes)
            implements ToNode {
        public Note {
            notes = List.copyOf(notes);
        }
    }

    /// The sender is the home from this epoch on, and asks for the node's copies.
    record Recover() implements ToNode {}
}
