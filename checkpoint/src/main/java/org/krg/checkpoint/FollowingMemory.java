// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.util.concurrent.CompletableFuture;

/// Memory that is on its way to a program which may run already: a page that the program touches
/// comes first. Safe for use by several threads.
public interface FollowingMemory {
    /// {@return completes with the bytes that came when all memory is there; with a failure when it
    /// cannot all come} Then every process of the cell has been killed, its init as well: before
    /// any of them could see a page that is not theirs.
    CompletableFuture<Long> done();

    /// {@return bytes that have come}
    long sentBytes();

    /// {@return bytes that there are to come in all}
    long wholeBytes();

    /// Gives up, and kills the cell, unless all is there.
    void giveUp();
}
