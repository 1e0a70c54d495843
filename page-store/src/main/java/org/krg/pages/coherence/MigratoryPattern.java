// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.jspecify.annotations.Nullable;
import org.krg.state.model.Member;

/// Whether a page is migratory: handed from node to node, each of which reads it and then writes it
/// (Cox and Fowler; Stenström, Brorsson and Sandberg, both 1993).
///
/// A turn is a read by one node and a write by the same, while nobody else came to read. Two turns
/// in a row are the pattern; it stays until something speaks against it.
final class MigratoryPattern {
    private static final int ENOUGH_TURNS = 2;

    private int turns;

    /// How often it was granted to be read since the last write, and to whom last.
    private int reads;

    private @Nullable Member reader;

    /// {@return whether who reads the page next is going to write it}
    boolean isShown() {
        return turns >= ENOUGH_TURNS;
    }

    /// A node was granted the page to read.
    void read(Member by) {
        reads++;
        reader = by;
        if (reads > 1) {
            forget();
        }
    }

    /// A node was granted the page to write. One that had not read it shows nothing, and is no sign
    /// of the contrary: its load and store may have been one instruction.
    void written(Member by) {
        if (reads == 1 && by.equals(reader)) {
            turns++;
        } else if (reads > 0 || !isShown()) {
            forget();
        }
        reads = 0;
    }

    /// Several read it, or who was expected to write it did not: it has to be shown anew.
    void forget() {
        turns = 0;
    }
}
