// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.util.Optional;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyLimit;

/// Requests about users' keys. Each names on whose behalf it is made; what that principal may do is
/// decided where it is applied, for every part of a transaction.
public sealed interface KeyCommand extends Command {
    /// The authenticated user.
    String principal();

    /// Compares and then reads and writes, all at one revision. A single put or delete is a
    /// transaction without comparisons.
    record Transact(String principal, KeyTransaction transaction) implements KeyCommand {}

    /// Lets go of versions that were replaced or deleted at or before `revision`, and of their
    /// changes: they can be neither read nor watched any more.
    record CompactKeys(String principal, Revision revision) implements KeyCommand {}

    /// Sets how much a principal may hold in keys and values.
    ///
    /// @param of whose limit; empty for everybody who has none of their own
    /// @param limit empty to take the limit back: what holds for everybody, or [KeyLimit#DEFAULT],
    ///   holds again
    record LimitKeys(String principal, Optional<String> of, Optional<KeyLimit> limit)
            implements KeyCommand {}

    /// Sets of how many revisions old versions are kept before they are compacted by themselves; 0
    /// to keep them until [CompactKeys].
    record KeepVersions(String principal, long revisions) implements KeyCommand {}
}
