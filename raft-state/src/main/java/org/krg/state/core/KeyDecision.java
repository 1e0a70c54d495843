// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import org.krg.state.command.KeyResult;
import org.krg.state.image.KeyState;

/// What the rules say to a command about keys.
public sealed interface KeyDecision {
    /// A transaction is done; without changes in `draft` it only read, and the revision stays.
    record Transacted(boolean succeeded, List<KeyResult> results, KeyDraft draft)
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
    record Refused(Decision.Refuse why) implements KeyDecision {}
}
