// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// How a request ended.
public enum SyncResult {
    /// As asked.
    DONE,
    /// As asked, and who arrived at the barrier was the last one.
    LAST,
    /// The lock is held, but its holder before died with it: what it protects may be half done.
    OWNER_DIED,
    /// It would have to wait, and was not to.
    BUSY,
    /// It waited until it gave up.
    TIMED_OUT,
    /// The caller does not hold the lock.
    NOT_HELD,
    /// The caller holds the lock already, and would wait for itself.
    DEADLOCK,
    /// The lock was given back without being made consistent: it is of no use any more.
    UNRECOVERABLE,
    /// A semaphore would become more than it can hold.
    RANGE,
    /// The object is in use as something else, or the values cannot be right.
    INVALID,
    /// The segment was destroyed.
    REMOVED,
    /// It is the caller who runs what is run once.
    CHOSEN
}
