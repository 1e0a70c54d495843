// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.TreeMap;
import org.krg.pages.coherence.Advice;

/// What programs of a node said of how they are going to read a segment, by block. Takes room for
/// where the advice changes, not for blocks. Safe for use from any thread.
final class AdvisedBlocks {
    /// Where a part begins, which reaches to the next one, and what was said of it.
    private final TreeMap<Integer, Advice> parts = new TreeMap<>();

    /// Replaces what was said of blocks.
    ///
    /// @param end the first block that is not meant
    synchronized void put(int start, int end, Advice advice) {
        var behind = at(end);
        parts.subMap(start, true, end, true).clear();
        if (advice != at(start)) {
            parts.put(start, advice);
        }
        if (behind != advice) {
            parts.put(end, behind);
        }
    }

    /// {@return what was said of a block last}
    synchronized Advice at(int block) {
        var part = parts.floorEntry(block);
        return part == null ? Advice.NORMAL : part.getValue();
    }

    /// {@return in how many parts the advice differs from the one before}
    synchronized int changes() {
        return parts.size();
    }
}
