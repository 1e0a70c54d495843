// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;
import java.util.Optional;

/// An object that processes synchronise with: a mutex, a read-write lock, a semaphore, a barrier, a
/// condition, a word, or what is run once. Who waits is served in the order of the list; what each
/// of them asks for is its [CallerState]'s to say.
///
/// It is there by being used: at first it is all zeros, a free lock, a semaphore or word of 0. One
/// that is all zeros again is forgotten.
public sealed interface SyncObject {
    /// {@return who waits for it, first come first}
    List<Caller> waiting();

    /// {@return whether it is all zeros, as if nobody had ever used it}
    boolean isUnused();

    /// 64 bits that are changed at once.
    record Word(long value) implements SyncObject {
        public static final Word ZERO = new Word(0);

        @Override
        public List<Caller> waiting() {
            return List.of();
        }

        @Override
        public boolean isUnused() {
            return value == 0;
        }
    }

    /// A lock that one thread holds.
    record Mutex(Optional<Caller> holder, Health health, List<Caller> waiting)
            implements SyncObject {
        public static final Mutex FREE = new Mutex(Optional.empty(), Health.SOUND, List.of());

        public Mutex {
            waiting = List.copyOf(waiting);
        }

        @Override
        public boolean isUnused() {
            return equals(FREE);
        }
    }

    /// A lock that one thread holds to write, or many to read.
    record RwLock(
            Optional<Caller> writer, List<Caller> readers, Health health, List<Caller> waiting)
            implements SyncObject {
        public static final RwLock FREE =
                new RwLock(Optional.empty(), List.of(), Health.SOUND, List.of());

        public RwLock {
            readers = List.copyOf(readers);
            waiting = List.copyOf(waiting);
        }

        @Override
        public boolean isUnused() {
            return equals(FREE);
        }
    }

    /// A count that does not go below 0.
    ///
    /// @param undo what the ends of processes add
    record Semaphore(int value, List<Undo> undo, List<Caller> waiting) implements SyncObject {
        /// The highest value, as Linux has it.
        public static final int MOST = 32_767;

        public static final Semaphore ZERO = new Semaphore(0, List.of(), List.of());

        public Semaphore {
            undo = List.copyOf(undo);
            waiting = List.copyOf(waiting);
        }

        @Override
        public boolean isUnused() {
            return equals(ZERO);
        }
    }

    /// Where threads wait until enough of them have arrived.
    record Barrier(List<Caller> waiting) implements SyncObject {
        public static final Barrier EMPTY = new Barrier(List.of());

        public Barrier {
            waiting = List.copyOf(waiting);
        }

        @Override
        public boolean isUnused() {
            return waiting.isEmpty();
        }
    }

    /// Where threads wait to be woken, without the mutex that each of them gets back then.
    record Condition(List<Caller> waiting) implements SyncObject {
        public static final Condition EMPTY = new Condition(List.of());

        public Condition {
            waiting = List.copyOf(waiting);
        }

        @Override
        public boolean isUnused() {
            return waiting.isEmpty();
        }
    }

    /// What one of many runs to its end, and nobody after that.
    ///
    /// @param runner who runs it now
    /// @param waiting until it is done; the first is the next runner should this one not get there
    record Once(boolean isDone, Optional<Caller> runner, List<Caller> waiting)
            implements SyncObject {
        public static final Once NOT_RUN = new Once(false, Optional.empty(), List.of());
        public static final Once DONE = new Once(true, Optional.empty(), List.of());

        public Once {
            waiting = List.copyOf(waiting);
            if (isDone && !(runner.isEmpty() && waiting.isEmpty())) {
                throw new IllegalArgumentException("nobody runs or awaits what is done");
            }
        }

        @Override
        public boolean isUnused() {
            return equals(NOT_RUN);
        }
    }
}
