// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.Job;

/// A job changed.
public record JobEvent(Kind kind, Job job, String detail) implements Event {
    /// What happened.
    public enum Kind {
        /// A user started it.
        SUBMITTED,
        /// A user ordered it to end.
        STOP_ORDERED,
        /// It ended long ago and makes room.
        FORGOTTEN,
        /// All its ranks are being saved as one.
        CUT_BEGUN,
        /// A rank stands still for that, or is saved.
        CUT_ADVANCED,
        /// All its ranks are saved.
        CUT_COMMITTED,
        /// None of its ranks is saved; all go on.
        CUT_ABANDONED
    }
}
