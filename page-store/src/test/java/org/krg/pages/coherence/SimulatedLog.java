// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.krg.state.model.Epoch;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageOwner;
import org.krg.state.model.PageRecord;

/// What the members agree on about one block, in order; each of them learns it when it learns it.
final class SimulatedLog {
    /// One entry.
    sealed interface Entry {
        record Joined(Member member) implements Entry {}

        record Gone(Member member) implements Entry {}

        /// A node that is gone does not come back, as its operator says.
        record Removed(NodeId node) implements Entry {}

        record Granted(Member home, long epoch) implements Entry {}

        record Recorded(Member home, long epoch, List<PageRecord> records) implements Entry {}
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Optional<NodeId> fileNode;
    private final OwnershipMode mode;

    /// @param fileNode where the file of the segment is, if it has one
    SimulatedLog(Optional<NodeId> fileNode, OwnershipMode mode) {
        this.fileNode = fileNode;
        this.mode = mode;
    }

    void add(Entry entry) {
        entries.add(entry);
    }

    int size() {
        return entries.size();
    }

    Entry get(int index) {
        return entries.get(index);
    }

    /// {@return whether a member is over, as far as the first `known` entries say}
    boolean isGone(Member member, int known) {
        return entries.subList(0, known).contains(new Entry.Gone(member));
    }

    /// {@return who lives, as far as the first `known` entries say}
    List<Member> live(int known) {
        var live = new TreeSet<Member>();
        for (var entry : entries.subList(0, known)) {
            switch (entry) {
                case Entry.Joined(var member) -> live.add(member);
                case Entry.Gone(var member) -> live.remove(member);
                case Entry.Granted _, Entry.Recorded _, Entry.Removed _ -> {}
            }
        }
        return List.copyOf(live);
    }

    /// {@return the home and its epoch}
    Optional<Entry.Granted> grant() {
        return entries.reversed().stream()
                .filter(Entry.Granted.class::isInstance)
                .map(Entry.Granted.class::cast)
                .findFirst();
    }

    /// {@return what is recorded of each page, as far as the first `known` entries say}
    SortedMap<Integer, PageOwner> owners(int known) {
        var owners = new TreeMap<Integer, PageOwner>();
        for (var entry : entries.subList(0, known)) {
            if (entry instanceof Entry.Recorded(_, var epoch, var records)) {
                for (var record : records) {
                    var before = owners.get(record.page());
                    var gap =
                            record.version()
                                    - (before == null ? 0 : before.version())
                                    - record.changes();
                    owners.put(
                            record.page(),
                            new PageOwner(
                                    record.version(),
                                    record.owner(),
                                    new Epoch(epoch),
                                    (before == null ? 0 : before.unaccounted()) + Math.abs(gap)));
                }
            }
        }
        return owners;
    }

    /// Decides as the rules of the cluster do about `RecordOwners`.
    ///
    /// @return whether they are recorded
    boolean propose(Entry.Recorded recorded) {
        var current = new Entry.Granted(recorded.home(), recorded.epoch());
        if (!grant().equals(Optional.of(current))) {
            return false;
        }
        add(recorded);
        return true;
    }

    /// Decides as the rules of the cluster do about `GrantBlock`.
    void propose(Member proposer) {
        if (isGone(proposer, size())) {
            return;
        }
        var current = grant();
        var atFile =
                live(size()).stream()
                        .filter(member -> fileNode.equals(Optional.of(member.node())))
                        .findFirst();
        if (isFileAwaited()) {
            return;
        }
        if (current.isEmpty()) {
            (fileNode.isPresent() ? atFile : Optional.of(proposer))
                    .ifPresent(home -> add(new Entry.Granted(home, 1)));
        } else if (isGone(current.get().home(), size())) {
            add(new Entry.Granted(atFile.orElse(proposer), current.get().epoch() + 1));
        }
    }

    /// {@return whether the node of the file has been lost and may come back, and who needs a home
    /// waits for that}
    boolean isFileAwaited() {
        return mode != OwnershipMode.ASYNC
                && fileNode.isPresent()
                && live(size()).stream().noneMatch(it -> it.node().equals(fileNode.get()))
                && !isRemoved(fileNode.get());
    }

    /// {@return whether a node was removed and has not come back}
    boolean isRemoved(NodeId node) {
        for (var entry : entries.reversed()) {
            if (entry instanceof Entry.Joined(var member) && member.node().equals(node)) {
                return false;
            }
            if (entry.equals(new Entry.Removed(node))) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether anything is recorded in an epoch}
    boolean hasRecordOf(long epoch) {
        return entries.stream()
                .anyMatch(it -> it instanceof Entry.Recorded recorded && recorded.epoch() == epoch);
    }

    /// {@return whether any node ever was removed}
    boolean hasRemoved() {
        return entries.stream().anyMatch(Entry.Removed.class::isInstance);
    }
}
