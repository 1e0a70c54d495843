// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;
import java.util.Optional;

/// What a user started and named.
///
/// @param name unique among jobs that live: `[a-zA-Z0-9][a-zA-Z0-9._-]*`, at most 63 characters
/// @param owner who submitted it
/// @param stop present once somebody ordered it to end
public record Job(
        JobId id,
        String name,
        JobSpec spec,
        Identity owner,
        Instant submitted,
        Optional<StopOrder> stop) {
    /// {@return this job ordered to end}
    public Job stopping(StopOrder order) {
        return new Job(id, name, spec, owner, submitted, Optional.of(order));
    }
}
