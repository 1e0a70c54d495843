// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import org.krg.state.command.KeyResult;
import org.krg.state.image.KeyState;

/// What the rules say to a command about keys.
public sealed interface KeyDecision {
    /// A transaction is done; without changes in `draft` it only read, and the revision stays.
    ///
    /// @param looked how much it looked at ([Budget#looked])
    record Transacted(boolean succeeded, List<KeyResult> results, KeyDraft draft, long looked)
            implements KeyDecision {
        public Transacted {
            results = List.copyOf(results);
        }
    }

    /// Something beside the keys is different from now on.
    ///
    /// @param revises whether this takes a revision
    record Changed(KeyState state, boolean revises) implements KeyDecision {}

    /// Nothing is done.
    ///
    /// @param looked how much a transaction had looked at by then
    record Refused(Decision.Refuse why, long looked) implements KeyDecision {
        /// A refusal without a look at keys.
        Refused(Decision.Refuse why) {
            this(why, 0);
        }
    }
}
