// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.HostedProcess;

/// A hosted process changed; `process` is the result.
public record ProcessEvent(Kind kind, HostedProcess process, String detail) implements Event {
    /// What happened.
    public enum Kind {
        /// It exists and waits for a node.
        CREATED,
        /// It has a node and a new epoch.
        PLACED,
        /// No node can take it now.
        UNPLACED,
        /// It runs.
        STARTED,
        /// It runs on another node than before, in a new epoch.
        MOVED,
        /// A node could not bring it up.
        START_FAILED,
        /// Its incarnation is over without an exit; it waits for the next one.
        INTERRUPTED,
        /// It is to stand still.
        FROZEN,
        /// It is to go on.
        UNFROZEN,
        /// It ended by itself and is started again.
        RESTARTING,
        /// It is over.
        ENDED,
        /// Its job is forgotten, and it too.
        FORGOTTEN
    }
}
