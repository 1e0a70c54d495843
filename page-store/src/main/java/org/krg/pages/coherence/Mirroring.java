// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.PageMessage.Note;
import org.krg.state.model.Member;

/// The home's side of a mirror: another live node that knows of each owner before the page is
/// theirs, and of all that are not in the log yet. The first thing a mirror is told is all of that,
/// so that one that was told anything knows enough; when it is over, the next one is told.
///
/// Where there is no other node, records are in the log before pages go on.
final class Mirroring {
    private final Member self;
    private final SortedSet<Member> others;

    /// Owners that may not be in the log yet, by page.
    private final SortedMap<Integer, OwnerNote> unlogged = new TreeMap<>();

    /// Of the message that told the mirror of the newest owner of a page.
    private final SortedMap<Integer, Long> told = new TreeMap<>();

    private final List<OwnerNote> news = new ArrayList<>();
    private @Nullable Member mirror;
    private long sequence;

    /// @param live all members that may be the mirror
    Mirroring(Member self, Collection<Member> live) {
        this.self = self;
        this.others = new TreeSet<>(live);
        others.remove(self);
    }

    /// Something to tell.
    record Telling(Member mirror, Note note) {}

    /// A page is going to have another owner.
    void add(OwnerNote note) {
        unlogged.put(note.page(), note);
        news.add(note);
    }

    /// {@return what the mirror is to be told now; nothing if it knows all}
    ///
    /// @param isComplete whether the home knows all owners there were
    Optional<Telling> tell(boolean isComplete) {
        var begins = mirror == null;
        if (begins) {
            mirror = next();
        }
        var notes = begins ? List.copyOf(unlogged.values()) : List.copyOf(news);
        news.clear();
        if (mirror == null || (notes.isEmpty() && !begins)) {
            return Optional.empty();
        }
        sequence++;
        notes.forEach(note -> told.put(note.page(), sequence));
        return Optional.of(new Telling(mirror, new Note(sequence, begins, isComplete, notes)));
    }

    /// Homes of different nodes have different mirrors.
    private @Nullable Member next() {
        var behind = others.tailSet(self);
        return others.isEmpty() ? null : behind.isEmpty() ? others.first() : behind.first();
    }

    /// The mirror knows what it was told by then.
    ///
    /// @return of which pages
    List<OwnerNote> noted(Member from, long upTo) {
        if (!from.equals(mirror)) {
            return List.of();
        }
        var known =
                told.entrySet().stream()
                        .filter(entry -> entry.getValue() <= upTo)
                        .map(entry -> entry.getKey())
                        .toList();
        var notes = new ArrayList<OwnerNote>();
        for (var page : known) {
            told.remove(page);
            var note = unlogged.get(page);
            if (note != null) {
                notes.add(note);
            }
        }
        return notes;
    }

    /// The log knows a page's owner up to that version.
    void logged(int page, long version) {
        var note = unlogged.get(page);
        if (note != null && note.version() <= version) {
            unlogged.remove(page);
            told.remove(page);
        }
    }

    /// @param live who may be the mirror from now on
    void gone(Member member, Collection<Member> live) {
        others.clear();
        others.addAll(live);
        others.remove(self);
        others.remove(member);
        if (member.equals(mirror)) {
            mirror = null;
            told.clear();
        }
    }
}
