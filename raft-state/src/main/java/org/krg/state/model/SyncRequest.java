// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// What a thread asks of an object.
public sealed interface SyncRequest {
    /// {@return the object it is about; of several, the first}
    SyncId object();

    /// Make an object all zeros, whatever it was. Busy while somebody holds it or waits for it.
    record Reset(SyncId object) implements SyncRequest {}

    /// Hold a mutex.
    ///
    /// @param waits whether to wait until it is free
    record Lock(SyncId object, boolean waits) implements SyncRequest {}

    /// Give a mutex back.
    record Unlock(SyncId object) implements SyncRequest {}

    /// What the mutex protects, whose holder before died, is in order again.
    record MakeConsistent(SyncId object) implements SyncRequest {}

    /// Hold a read-write lock.
    ///
    /// @param waits whether to wait until nobody is in the way
    record RwLock(SyncId object, boolean writes, boolean waits) implements SyncRequest {}

    /// Give a read-write lock back.
    record RwUnlock(SyncId object) implements SyncRequest {}

    /// Wait at a barrier until `count` threads do.
    record Arrive(SyncId object, int count) implements SyncRequest {}

    /// Give a mutex back, wait for a condition, and hold the mutex again.
    record Await(SyncId object, SyncId mutex) implements SyncRequest {}

    /// Let who waits for a condition go on: one thread, or all.
    record Wake(SyncId object, boolean all) implements SyncRequest {}

    /// Be the one who runs what is run once, or wait until somebody has.
    record EnterOnce(SyncId object) implements SyncRequest {}

    /// Tell how running it went.
    ///
    /// @param isDone whether it was run to its end; otherwise the next one runs it again
    record LeaveOnce(SyncId object, boolean isDone) implements SyncRequest {}

    /// Change semaphores, all or none.
    ///
    /// @param steps taken one after the other; 1 to [#MOST_STEPS]
    record Adjust(List<Step> steps) implements SyncRequest {
        /// As Linux has it.
        public static final int MOST_STEPS = 500;

        public Adjust {
            steps = List.copyOf(steps);
            if (steps.isEmpty() || steps.size() > MOST_STEPS) {
                throw new IllegalArgumentException("1 to 500 steps, not " + steps.size());
            }
        }

        @Override
        public SyncId object() {
            return steps.getFirst().semaphore();
        }
    }

    /// One step of [Adjust].
    ///
    /// @param amount what is added; below 0 it waits until there is that much, 0 waits for zero
    /// @param waits whether to wait
    /// @param undone whether the end of the process takes it back
    record Step(SyncId semaphore, int amount, boolean waits, boolean undone) {}

    /// Make a semaphore that value; what the ends of processes would undo is forgotten.
    record SetSemaphore(SyncId object, int value) implements SyncRequest {}

    /// Tell a semaphore's value and how many wait for it: the value, 65536 times those who wait for
    /// more, and 2^32 times those who wait for zero.
    record ReadSemaphore(SyncId object) implements SyncRequest {}

    /// Change a word and tell what it was.
    ///
    /// @param expected of a comparison, else 0
    record Change(SyncId object, Kind kind, long operand, long expected) implements SyncRequest {
        /// What becomes of the word.
        public enum Kind {
            /// It stays.
            LOAD,
            /// The operand is added.
            ADD,
            /// It is the operand.
            EXCHANGE,
            /// It is the operand if it was what is expected.
            COMPARE_AND_SWAP
        }
    }
}
