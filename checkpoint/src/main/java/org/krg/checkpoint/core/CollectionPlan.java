// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

/// Which stored generations may go. One that is newer than every live one of its process may be
/// about to be committed by the node that takes it: it stays for a while.
public final class CollectionPlan {
    /// Longer than copying and committing a generation takes.
    public static final Duration GRACE = Duration.ofMinutes(10);

    private CollectionPlan() {}

    /// A stored generation.
    public record Stored(GenerationId id, Instant written) {}

    /// {@return the generations to remove, in the order given}
    public static List<GenerationId> dead(
            List<Stored> stored, Set<GenerationId> live, Instant now) {
        var newest = new TreeMap<ProcessId, Long>();
        live.forEach(id -> newest.merge(id.process(), id.number(), Math::max));
        return stored.stream()
                .filter(each -> !live.contains(each.id()))
                .filter(each -> {
                    var last = newest.getOrDefault(each.id().process(), 0L);
                    return each.id().number() < last || !each.written().plus(GRACE).isAfter(now);
                })
                .map(Stored::id)
                .toList();
    }
}
