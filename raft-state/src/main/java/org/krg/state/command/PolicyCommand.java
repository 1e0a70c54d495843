// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Instant;
import java.util.Optional;
import org.krg.state.model.PolicyId;

/// Requests about the policies that users write.
public sealed interface PolicyCommand extends Command {
    /// Keeps a text as the next version of a policy; nothing is decided by it yet. The same text as
    /// that of the newest version is that version. The reply has the number of the version.
    ///
    /// @param about what it is for, in the words of who wrote it
    /// @param author who asks for it
    record StorePolicy(String name, String about, String text, String author, Instant at)
            implements PolicyCommand {}

    /// Has a version decide from now on.
    ///
    /// @param policy empty: the one that krg brings along
    record ActivatePolicy(Optional<PolicyId> policy) implements PolicyCommand {}

    /// Has the one decide that decided before.
    record RollBackPolicy() implements PolicyCommand {}

    /// Forgets all versions of a policy. Refused while one of them decides.
    record RemovePolicy(String name) implements PolicyCommand {}
}
