// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides what of a member's storage can be put right by itself. What may have been acknowledged
/// is never dropped: a node that lacks it must come back as a new member.
public final class RepairRules {
    private RepairRules() {}

    /// What to do.
    ///
    /// @param steps in order; none when nothing is wrong or nothing can be done
    /// @param impossible why the storage cannot be used again
    public record Plan(List<RepairStep> steps, Optional<String> impossible) {
        public Plan {
            steps = List.copyOf(steps);
        }

        private static Plan impossible(String why) {
            return new Plan(List.of(), Optional.of(why));
        }
    }

    /// {@return what puts the storage right}
    public static Plan plan(StorageFindings found) {
        if (found.missing().isPresent()) {
            return Plan.impossible(
                    found.missing().get() + " is missing, and with it whom this member voted for");
        }
        if (!found.logDamage().isEmpty()) {
            return Plan.impossible(
                    found.logDamage().getFirst() + ", and what it held may have been acknowledged");
        }
        if (found.isShort()) {
            return Plan.impossible(
                    "the log ends at entry %d, though entries up to %d were acknowledged"
                            .formatted(found.logLast(), found.acknowledged()));
        }
        if (found.isCutOff()) {
            return Plan.impossible(found.cutOff());
        }
        var steps = new ArrayList<RepairStep>();
        found.tail()
                .ifPresent(torn -> steps.add(new RepairStep.CutTail(torn.file(), torn.whole())));
        for (var snapshot : found.snapshots()) {
            snapshot.damage()
                    .ifPresent(
                            why -> steps.add(new RepairStep.PutAside(snapshot.directory(), why)));
        }
        if (found.rowsDamage().isPresent()) {
            steps.add(new RepairStep.PutRowsAside(found.rowsDamage().get()));
        }
        return new Plan(steps, Optional.empty());
    }
}
