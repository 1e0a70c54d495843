// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// What is remembered of a thread: its last request, so that a repeated one has one effect, and
/// what has to be given back when it ends.
///
/// @param sequence of its last request, from 1; 0 before the first
/// @param held locks it holds; of a process as a whole: semaphores that its end changes
public record CallerState(long sequence, Progress progress, List<SyncId> held) {
    /// Of a thread that has not asked for anything.
    public static final CallerState NEW =
            new CallerState(0, new Progress.Answered(new SyncAnswer(SyncResult.DONE)), List.of());

    public CallerState {
        held = List.copyOf(held);
    }

    /// How far the last request is.
    public sealed interface Progress {
        /// The caller waits.
        ///
        /// @param at the object whose list it is in
        /// @param reason what it gets to hear with the lock: that it got it, or that it had given
        ///   up waiting for a condition
        record Waiting(SyncRequest request, SyncId at, SyncResult reason) implements Progress {}

        /// It was answered.
        record Answered(SyncAnswer answer) implements Progress {}
    }
}
