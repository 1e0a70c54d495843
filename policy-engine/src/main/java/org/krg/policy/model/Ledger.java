// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.model;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Resources;

/// What was just placed and cannot be seen in the agreed state yet, so that two decisions made one
/// after the other do not both count on the same room.
///
/// @param entries in the order of their processes
public record Ledger(List<Entry> entries) {
    /// Nothing outstanding.
    public static final Ledger EMPTY = new Ledger(List.of());

    /// One placement that was proposed.
    ///
    /// @param epoch the one that the process gets by it
    public record Entry(ProcessId process, Epoch epoch, NodeId node, Resources reserve) {}

    public Ledger {
        entries = List.copyOf(entries);
    }

    /// {@return this ledger with one more entry; an earlier one of the same process goes}
    public Ledger with(Entry entry) {
        return new Ledger(
                Stream.concat(without(entry.process()).entries.stream(), Stream.of(entry))
                        .sorted(Comparator.comparing(Entry::process))
                        .toList());
    }

    /// {@return this ledger without the entry of `process`} Called when its proposal was refused.
    public Ledger without(ProcessId process) {
        return new Ledger(
                entries.stream().filter(entry -> !entry.process().equals(process)).toList());
    }

    /// {@return whether a proposal for `process` is outstanding}
    public boolean knows(ProcessId process) {
        return entries.stream().anyMatch(entry -> entry.process().equals(process));
    }

    /// {@return the entries that `image` does not show yet}
    public Ledger settled(ClusterImage image) {
        return new Ledger(entries.stream().filter(entry -> !isSeen(entry, image)).toList());
    }

    private static boolean isSeen(Entry entry, ClusterImage image) {
        return image.processes()
                .find(entry.process())
                .map(process -> process.epoch().compareTo(entry.epoch()) >= 0)
                .orElse(true);
    }
}
