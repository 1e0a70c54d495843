// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.time.Duration;
import org.krg.state.model.Member;

/// Settings of a node's page engine.
///
/// @param self the agent as it registered
/// @param pinWindow how long a page stays after it came, whoever wants it: long enough for the
///   thread that waited to be woken and to touch it, or contended pages would be carried around
///   untouched
/// @param mostPages of all segments that this node has, or asks for, at once
/// @param mostBlocks of all segments that processes of this node touch
public record PageEngineConfig(Member self, Duration pinWindow, long mostPages, int mostBlocks) {
    private static final Duration PIN_WINDOW = Duration.ofNanos(200_000);

    /// What the account of a page takes where it is and at its home, as counted in the classes.
    private static final long PAGE_HEAP_BYTES = 256;

    /// The account of a block of which one page was touched.
    private static final long BLOCK_HEAP_BYTES = 4_096;

    /// {@return the settings for an agent}
    ///
    /// @param memoryBytes what pages of segments may take of the node's memory
    /// @param heapBytes what the agent's heap may take: 0.4 of it are for pages, 0.2 for blocks
    public static PageEngineConfig of(Member self, long memoryBytes, long heapBytes) {
        var pages = memoryBytes / PageMemory.PAGE_BYTES;
        return new PageEngineConfig(
                self,
                PIN_WINDOW,
                Math.min(pages, heapBytes / 5 * 2 / PAGE_HEAP_BYTES),
                Math.clamp(heapBytes / 5 / BLOCK_HEAP_BYTES, 1, Integer.MAX_VALUE));
    }
}
