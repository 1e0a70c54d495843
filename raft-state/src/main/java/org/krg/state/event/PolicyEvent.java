// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import java.util.Optional;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;

/// What happened to the policies that users write.
public sealed interface PolicyEvent extends Event {
    /// There is one more version.
    record Stored(PolicyVersion version, String detail) implements PolicyEvent {}

    /// Another one decides.
    ///
    /// @param active empty: the one that krg brings along
    /// @param previous the one that decided before
    record Activated(Optional<PolicyId> active, Optional<PolicyId> previous, String detail)
            implements PolicyEvent {}

    /// A version is forgotten.
    record Removed(PolicyId policy, String detail) implements PolicyEvent {}
}
