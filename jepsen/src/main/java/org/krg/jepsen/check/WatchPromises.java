// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.krg.jepsen.history.Change;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Notice;
import org.krg.jepsen.history.Watched;

/// What a watch promises: it tells every change of its keys after a revision, in order, once, all
/// changes of one revision together, nothing else, and with the right value before. After a
/// bookmark nothing at or below its revision comes.
public final class WatchPromises {
    private final Watched watched;
    private final List<String> violations = new ArrayList<>();
    private final Set<String> told = new HashSet<>();
    private long last;

    private WatchPromises(Watched watched) {
        this.watched = watched;
        this.last = watched.after();
    }

    /// {@return what is wrong}
    ///
    /// @param log everything that happened to the keys from the beginning on
    public static List<String> violations(Watched watched, List<Change> log) {
        var check = new WatchPromises(watched);
        watched.notices().forEach(check::check);
        check.compare(log);
        return check.violations;
    }

    private void check(Notice notice) {
        switch (notice) {
            case Notice.Changes(var revision, var changes) -> {
                var least = last;
                for (var change : changes) {
                    check(change, least, revision);
                }
                expect(revision >= last, "goes back to revision " + revision + " after " + last);
                last = Math.max(last, revision);
            }
            case Notice.Bookmark(var revision) -> {
                expect(revision >= last, "bookmark " + revision + " after revision " + last);
                last = Math.max(last, revision);
            }
            case Notice.Ended _ -> {}
        }
    }

    private void check(Change change, long after, long upTo) {
        expect(watched.span().contains(change.key()), "is not asked for: " + change);
        expect(
                change.revision() > after,
                "comes late, in two pieces or out of order, after revision "
                        + after
                        + ": "
                        + change);
        expect(change.revision() <= upTo, "is ahead of its notice, " + upTo + ": " + change);
        expect(change.revision() >= last, "is out of order after " + last + ": " + change);
        expect(told.add(change.revision() + " " + change.key()), "is told twice: " + change);
        last = Math.max(last, change.revision());
    }

    private void compare(List<Change> log) {
        var upTo = watched.told();
        var before = new HashMap<String, Entry>();
        var expected = new ArrayList<Change>();
        for (var change : log) {
            var whole =
                    new Change(
                            change.revision(),
                            change.key(),
                            change.now(),
                            Optional.ofNullable(before.get(change.key())));
            change.now()
                    .ifPresentOrElse(
                            now -> before.put(change.key(), now),
                            () -> before.remove(change.key()));
            if (isToBeTold(change, upTo)) {
                expected.add(watched.previous() ? whole : whole.plain());
            }
        }
        report(expected, watched.changes());
    }

    private boolean isToBeTold(Change change, long upTo) {
        return watched.span().contains(change.key())
                && change.revision() > watched.after()
                && change.revision() <= upTo;
    }

    private void report(List<Change> expected, List<Change> actual) {
        var byPlace = new HashMap<String, Change>();
        actual.forEach(change -> byPlace.put(change.revision() + " " + change.key(), change));
        for (var change : expected) {
            var place = change.revision() + " " + change.key();
            var found = Optional.ofNullable(byPlace.remove(place));
            expect(found.isPresent(), "is not told: " + change);
            found.ifPresent(
                    it -> expect(it.equals(change), "is told wrongly: " + it + " for " + change));
        }
        reportInvented(byPlace);
    }

    private void reportInvented(Map<String, Change> rest) {
        rest.values().forEach(change -> expect(false, "never happened: " + change));
    }

    private void expect(boolean holds, String otherwise) {
        if (!holds) {
            violations.add(
                    "a watch of %s after %d: %s"
                            .formatted(watched.span(), watched.after(), otherwise));
        }
    }
}
