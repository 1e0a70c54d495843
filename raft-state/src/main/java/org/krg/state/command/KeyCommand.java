// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import org.krg.state.model.Revision;

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
}
