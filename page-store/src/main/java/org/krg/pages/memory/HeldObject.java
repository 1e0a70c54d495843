// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import org.krg.state.model.SyncId;

/// An object by which a process synchronises, and which keeps it from being detached.
///
/// @param pid of this machine
public record HeldObject(int pid, SyncId object) {
    /// What can be done about it.
    public static final String REMEDY =
            "Try again when the lock is released; KRG_SEM_UNDO ties a process to its node";

    /// {@return what keeps the process: a clause}
    public String reason() {
        return "a thread of it holds object %d of segment %s, or its end changes that"
                .formatted(object.number(), object.segment());
    }
}
