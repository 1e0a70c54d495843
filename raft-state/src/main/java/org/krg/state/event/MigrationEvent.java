// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.Migration;

/// A migration changed; `migration` is the result.
public record MigrationEvent(Kind kind, Migration migration, String detail) implements Event {
    /// What happened.
    public enum Kind {
        /// A user asked for it; an epoch of its process is kept for it.
        STARTED,
        /// The source stops the program.
        LEAVING,
        /// The program is saved on both nodes.
        HANDED_OVER,
        /// The process belongs to the target.
        COMMITTED,
        /// The program runs there, and its memory follows.
        PULLING,
        /// The program runs there.
        MOVED,
        /// It was given up.
        ABORTED,
        /// It was over long ago and makes room.
        FORGOTTEN
    }
}
