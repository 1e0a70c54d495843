// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;
import java.util.Optional;

/// What a user started and named.
///
/// @param name unique among jobs that live: `[a-zA-Z0-9][a-zA-Z0-9._-]*`, at most 63 characters
/// @param owner who submitted it
/// @param stop present once somebody ordered it to end
/// @param cut the latest checkpoint of all its ranks, if it has several and one was ever begun
public record Job(
        JobId id,
        String name,
        JobSpec spec,
        Identity owner,
        Instant submitted,
        Optional<StopOrder> stop,
        Optional<GroupCut> cut) {
    /// A job that was never saved as a whole.
    public Job(
            JobId id,
            String name,
            JobSpec spec,
            Identity owner,
            Instant submitted,
            Optional<StopOrder> stop) {
        this(id, name, spec, owner, submitted, stop, Optional.empty());
    }

    /// {@return this job ordered to end}
    public Job stopping(StopOrder order) {
        return new Job(id, name, spec, owner, submitted, Optional.of(order), cut);
    }

    /// {@return this job with another latest cut}
    public Job withCut(GroupCut latest) {
        return new Job(id, name, spec, owner, submitted, stop, Optional.of(latest));
    }

    /// {@return the cut that is being taken, if one is}
    public Optional<GroupCut> activeCut() {
        return cut.filter(GroupCut::isUnderWay);
    }
}
