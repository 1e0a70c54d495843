// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.model;

import java.util.Optional;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Table;
import org.krg.state.model.Epoch;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Resources;

/// What was just placed and cannot be seen in the agreed state yet, so that two decisions made one
/// after the other do not both count on the same room.
public record Ledger(Table<ProcessId, Entry> entries) {
    /// Nothing outstanding.
    public static final Ledger EMPTY = new Ledger(Table.empty());

    /// One placement that was proposed.
    ///
    /// @param epoch the one that the process gets by it
    public record Entry(ProcessId process, Epoch epoch, NodeId node, Resources reserve) {}

    /// {@return this ledger with one more entry; an earlier one of the same process goes}
    public Ledger with(Entry entry) {
        return new Ledger(entries.with(entry.process(), entry));
    }

    /// {@return this ledger without the entry of `process`} Called when its proposal was refused.
    public Ledger without(ProcessId process) {
        return new Ledger(entries.without(process));
    }

    /// {@return where `process` was just placed}
    public Optional<NodeId> find(ProcessId process) {
        return entries.find(process).map(Entry::node);
    }

    /// {@return the entries that `image` does not show yet}
    public Ledger settled(ClusterImage image) {
        var left = entries;
        for (var entry : entries.values()) {
            if (isSeen(entry, image)) {
                left = left.without(entry.process());
            }
        }
        return new Ledger(left);
    }

    private static boolean isSeen(Entry entry, ClusterImage image) {
        return image.processes()
                .find(entry.process())
                .map(process -> process.epoch().compareTo(entry.epoch()) >= 0)
                .orElse(true);
    }
}
