// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import org.krg.state.model.Caller;
import org.krg.state.model.SyncRequest;

/// Requests of threads that synchronise, as their agents pass them on.
public sealed interface SyncCommand extends Command {
    /// {@return who asks}
    Caller caller();

    /// Does what a thread asks, or has it wait. One at a time: the request before is answered.
    ///
    /// @param sequence one more than the request before, from 1; a repeated one has no second
    ///   effect
    record Perform(Caller caller, long sequence, SyncRequest request) implements SyncCommand {}

    /// Has a thread wait no longer. If it waits for a condition, it still waits for the mutex.
    record GiveUp(Caller caller, long sequence) implements SyncCommand {}

    /// A thread is over, or a process with all its threads: what it holds is free, and the next one
    /// hears of it.
    record End(Caller caller) implements SyncCommand {}
}
