// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.krg.state.model.Member;

/// The few members that have a page, or have yet to answer, in order. A home has millions of these:
/// a tree would be several objects for each, and most of the time that the home takes for a page.
final class Members implements Iterable<Member> {
    private static final Member[] NONE = {};

    private Member[] sorted = NONE;

    boolean isEmpty() {
        return sorted.length == 0;
    }

    int size() {
        return sorted.length;
    }

    boolean contains(Member member) {
        for (var each : sorted) {
            if (each.equals(member)) {
                return true;
            }
        }
        return false;
    }

    /// {@return the first one, of one or more}
    Member first() {
        return sorted[0];
    }

    /// Adds one that may be there already.
    void add(Member member) {
        var at = Arrays.binarySearch(sorted, member);
        if (at < 0) {
            var place = -at - 1;
            var longer = Arrays.copyOf(sorted, sorted.length + 1);
            System.arraycopy(sorted, place, longer, place + 1, sorted.length - place);
            longer[place] = member;
            sorted = longer;
        }
    }

    /// {@return whether it was there}
    boolean remove(Member member) {
        var at = Arrays.binarySearch(sorted, member);
        if (at < 0) {
            return false;
        }
        var shorter = Arrays.copyOf(sorted, sorted.length - 1);
        System.arraycopy(sorted, at + 1, shorter, at, shorter.length - at);
        sorted = shorter.length == 0 ? NONE : shorter;
        return true;
    }

    void clear() {
        sorted = NONE;
    }

    /// {@return them as they are now}
    List<Member> list() {
        return List.of(sorted);
    }

    /// Goes through them as they were when it began.
    @Override
    public Iterator<Member> iterator() {
        return list().iterator();
    }

    @Override
    public String toString() {
        return Arrays.toString(sorted);
    }
}
