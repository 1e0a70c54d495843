// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.Lease;

/// A lease was granted or is over.
public record LeaseEvent(Kind kind, Lease lease, String detail) implements Event {
    /// What happened.
    public enum Kind {
        /// It was granted.
        GRANTED,
        /// Its holder gave it back.
        REVOKED,
        /// It ended.
        EXPIRED;

        /// {@return whether the lease is over}
        public boolean isEnd() {
            return this != GRANTED;
        }
    }
}
