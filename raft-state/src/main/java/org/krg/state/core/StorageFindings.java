// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is found in the storage of a member that does not run.
///
/// @param missing a file that no member can do without, `raft-meta` for example
/// @param tail what is behind the last whole entry of the log and looks like a write cut short
/// @param logDamage other damage of the log, as sentences
/// @param logFirst index of the first entry of the log
/// @param logLast index of the last whole entry of an unbroken log
/// @param acknowledged index up to which the cluster counts on this log; -1 if nothing is known
/// @param snapshots that are there, oldest first
/// @param rows index the rows are at; -1 if there are none
/// @param rowsDamage what is wrong with them
public record StorageFindings(
        Optional<String> missing,
        Optional<TornTail> tail,
        List<String> logDamage,
        long logFirst,
        long logLast,
        long acknowledged,
        List<FoundSnapshot> snapshots,
        long rows,
        Optional<String> rowsDamage) {
    public StorageFindings {
        logDamage = List.copyOf(logDamage);
        snapshots = List.copyOf(snapshots);
    }

    /// The end of a segment that holds no whole entry.
    ///
    /// @param file of the segment
    /// @param whole bytes of it that are sound
    public record TornTail(String file, long whole) {}

    /// A snapshot.
    ///
    /// @param damage what is wrong with it
    public record FoundSnapshot(String directory, long index, Optional<String> damage) {
        boolean isSound() {
            return damage.isEmpty();
        }
    }

    /// {@return whether nothing is wrong}
    public boolean isSound() {
        return missing.isEmpty()
                && tail.isEmpty()
                && logDamage.isEmpty()
                && rowsDamage.isEmpty()
                && snapshots.stream().allMatch(FoundSnapshot::isSound)
                && !isShort()
                && !isCutOff();
    }

    /// {@return whether the log ends before what was acknowledged}
    public boolean isShort() {
        return Math.max(logLast, newestSound()) < acknowledged;
    }

    /// {@return whether entries are missing between the rows or snapshots that are sound and the
    /// log} Rows alone are enough: the member takes a snapshot of them when it starts.
    public boolean isCutOff() {
        var soundRows = rowsDamage.isPresent() ? -1 : rows;
        return Math.max(soundRows, newestSound()) + 1 < logFirst;
    }

    String cutOff() {
        return "the log begins at entry %d and no sound snapshot or rows lead up to it"
                .formatted(logFirst);
    }

    /// {@return index of the newest sound snapshot; -1 if there is none}
    public long newestSound() {
        return snapshots.stream()
                .filter(FoundSnapshot::isSound)
                .mapToLong(FoundSnapshot::index)
                .max()
                .orElse(-1);
    }

    /// {@return everything that is wrong, as sentences}
    public List<String> problems() {
        var all = new ArrayList<String>();
        missing.ifPresent(file -> all.add(file + " is missing"));
        all.addAll(logDamage);
        tail.ifPresent(torn ->
                all.add(
                        torn.file()
                                + " ends with something that is no whole entry, after byte "
                                + torn.whole()));
        if (isShort()) {
            all.add(
                    "the log ends at entry %d, though entries up to %d were acknowledged"
                            .formatted(logLast, acknowledged));
        }
        snapshots.forEach(each -> each.damage().ifPresent(all::add));
        rowsDamage.ifPresent(all::add);
        if (isCutOff()) {
            all.add(cutOff());
        }
        return all;
    }
}
