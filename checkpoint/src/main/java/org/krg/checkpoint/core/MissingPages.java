// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.checkpoint.model.Stretch;

/// Which pages of a program are not there yet. Each is given out once. Not safe for use by several
/// threads.
public final class MissingPages {
    private final List<Run> runs = new ArrayList<>();
    private final TreeMap<Integer, TreeMap<Long, Run>> byPlace = new TreeMap<>();
    private long wholePages;
    private long givenPages;
    private int first;

    private record Run(Stretch stretch, BitSet given) {
        /// {@return pages from `from` on that were not given out, at most `most`; marked as given}
        Stretch give(int from, int most) {
            var free = given.nextSetBit(from);
            var end = (int) Math.min(stretch.pages(), from + (long) most);
            var to = free < 0 ? end : Math.min(free, end);
            given.set(from, to);
            return new Stretch(
                    stretch.pid(), stretch.address() + (long) from * Stretch.PAGE_BYTES, to - from);
        }

        boolean isGiven() {
            return given.nextClearBit(0) >= stretch.pages();
        }
    }

    /// Adds pages that are missing, which lie behind those that were added of the same process.
    public void add(Stretch stretch) {
        var run = new Run(stretch, new BitSet());
        runs.add(run);
        byPlace.computeIfAbsent(stretch.pid(), _ -> new TreeMap<>()).put(stretch.address(), run);
        wholePages += stretch.pages();
    }

    /// {@return all that was added}
    public List<Stretch> stretches() {
        return runs.stream().map(Run::stretch).toList();
    }

    /// {@return the bytes of all that was added}
    public long wholeBytes() {
        return wholePages * Stretch.PAGE_BYTES;
    }

    /// {@return whether there is anything that was not given out}
    public boolean isAny() {
        return givenPages < wholePages;
    }

    /// {@return the first that is missing, if [#isAny]}
    public Stretch next(int mostPages) {
        while (runs.get(first).isGiven()) {
            first++;
        }
        var run = runs.get(first);
        return count(run.give(run.given().nextClearBit(0), mostPages));
    }

    /// {@return a page and those behind it; empty if it was given out or never missing}
    public Optional<Stretch> near(int pid, long address, int mostPages) {
        return Optional.ofNullable(byPlace.getOrDefault(pid, new TreeMap<>()).floorEntry(address))
                .map(Map.Entry::getValue)
                .filter(run -> address < run.stretch().end())
                .flatMap(run -> {
                    var page = (int) ((address - run.stretch().address()) / Stretch.PAGE_BYTES);
                    return run.given().get(page)
                            ? Optional.empty()
                            : Optional.of(count(run.give(page, mostPages)));
                });
    }

    private Stretch count(Stretch given) {
        givenPages += given.pages();
        return given;
    }
}
