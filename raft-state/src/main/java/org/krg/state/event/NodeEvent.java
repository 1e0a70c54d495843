// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.Node;

/// A node changed.
public record NodeEvent(Kind kind, Node node, String detail) implements Event {
    /// What happened.
    public enum Kind {
        /// Its agent started and holds a lease.
        REGISTERED,
        /// Its lease ended.
        LOST,
        /// An operator fenced it.
        FENCED,
        /// It gets nothing new to host.
        CORDONED,
        /// It may again.
        UNCORDONED,
        /// An operator wants it not to vote.
        DEMOTED,
        /// It may vote again.
        PROMOTED,
        /// It was forgotten.
        REMOVED
    }
}
