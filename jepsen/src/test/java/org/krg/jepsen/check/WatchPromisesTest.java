// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.check.SimulatedStore.Mistake;
import org.krg.jepsen.history.Change;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Notice;
import org.krg.jepsen.history.Notice.Bookmark;
import org.krg.jepsen.history.Notice.Changes;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Watched;
import org.krg.testkit.Seeds;

/// Whether every way in which a watch can be wrong is noticed.
class WatchPromisesTest {
    private static final Span ALL = new Span("a", "z");
    private static final int RUNS = 60;

    @Test
    void aFaithfulWatchIsNotAccused() {
        Seeds.run(
                RUNS,
                random -> {
                    var log = log(random);
                    assertThat(WatchPromises.violations(faithful(random, log, ALL, true), log))
                            .isEmpty();
                    assertThat(
                                    WatchPromises.violations(
                                            faithful(random, log, Span.one("k1"), false), log))
                            .isEmpty();
                });
    }

    @Test
    void aLostChangeIsNoticed() {
        assertThatIsNoticed(notices -> withoutOne(notices, notices.size() / 2));
    }

    @Test
    void aNoticeThatComesTwiceIsNoticed() {
        assertThatIsNoticed(notices -> {
            notices.add(3, notices.get(2));
            return notices;
        });
    }

    @Test
    void aChangeThatIsToldTwiceInOneNoticeIsNoticed() {
        assertThatIsNoticed(notices -> {
            var first = (Changes) notices.getFirst();
            var twice = new ArrayList<>(first.changes());
            twice.add(first.changes().getLast());
            notices.set(0, new Changes(first.revision(), twice));
            return notices;
        });
    }

    @Test
    void noticesInAnotherOrderAreNoticed() {
        assertThatIsNoticed(notices -> {
            Collections.swap(notices, 1, 2);
            return notices;
        });
    }

    @Test
    void aRevisionInTwoPiecesIsNoticed() {
        assertThatIsNoticed(WatchPromisesTest::split);
    }

    @Test
    void aBookmarkThatComesTooEarlyIsNoticed() {
        assertThatIsNoticed(notices -> {
            notices.add(0, new Bookmark(((Changes) notices.get(1)).revision()));
            return notices;
        });
    }

    @Test
    void aChangeThatNeverHappenedIsNoticed() {
        assertThatIsNoticed(notices -> {
            var last = ((Changes) notices.getLast()).revision() + 1;
            var entry = Entry.made("ghost", "g", last);
            var ghost = new Change(last, "ghost", Optional.of(entry), Optional.empty());
            notices.add(new Changes(last, List.of(ghost)));
            return notices;
        });
    }

    @Test
    void aChangeOfAKeyThatIsNotWatchedIsNoticed() {
        Seeds.run(
                RUNS,
                random -> {
                    var log = log(random);
                    var all = faithful(random, log, ALL, false);
                    var narrow = new Watched(Span.one("k1"), 0, false, all.notices());
                    assertThat(WatchPromises.violations(narrow, log)).isNotEmpty();
                });
    }

    @Test
    void aWrongValueBeforeIsNoticed() {
        Seeds.run(
                RUNS,
                random -> {
                    var log = log(random);
                    var plain = faithful(random, log, ALL, false);
                    assertThat(
                                    WatchPromises.violations(
                                            new Watched(ALL, 0, true, plain.notices()), log))
                            .isNotEmpty();
                });
    }

    @Test
    void aGapAfterAResumptionIsNoticed() {
        Seeds.run(
                RUNS,
                random -> {
                    var log = log(random);
                    var whole = faithful(random, log, ALL, false);
                    var later = new Watched(ALL, 0, false, whole.notices().subList(1, 4));
                    assertThat(WatchPromises.violations(later, log)).isNotEmpty();
                });
    }

    private static void assertThatIsNoticed(UnaryOperator<List<Notice>> mistake) {
        Seeds.run(
                RUNS,
                random -> {
                    var log = log(random);
                    var good = faithful(random, log, ALL, false);
                    var bad = mistake.apply(new ArrayList<>(good.notices()));
                    assertThat(WatchPromises.violations(new Watched(ALL, 0, false, bad), log))
                            .isNotEmpty();
                });
    }

    private static List<Change> log(RandomGenerator random) {
        return SimulatedStore.run(random, Mistake.NONE, 4, 40).log();
    }

    /// A notice for each revision or for some of them, as a watch that was behind tells them.
    private static Watched faithful(
            RandomGenerator random, List<Change> log, Span span, boolean previous) {
        var notices = new ArrayList<Notice>();
        var together = new ArrayList<Change>();
        for (var i = 0; i < log.size(); i++) {
            var change = log.get(i);
            if (span.contains(change.key())) {
                together.add(previous ? change : change.plain());
            }
            var isLastOfRevision =
                    i + 1 == log.size() || log.get(i + 1).revision() > change.revision();
            if (isLastOfRevision && !together.isEmpty() && random.nextInt(3) > 0) {
                notices.add(new Changes(change.revision(), together));
                together.clear();
            }
        }
        return new Watched(span, 0, previous, notices);
    }

    private static List<Notice> withoutOne(List<Notice> notices, int number) {
        var changes = (Changes) notices.get(number);
        notices.set(
                number,
                new Changes(
                        changes.revision(),
                        changes.changes().subList(0, changes.changes().size() - 1)));
        return notices;
    }

    private static List<Notice> split(List<Notice> notices) {
        for (var i = 0; i < notices.size(); i++) {
            var whole = (Changes) notices.get(i);
            var last = whole.changes().size() - 1;
            if (last > 0
                    && whole.changes().get(last).revision()
                            == whole.changes().get(last - 1).revision()) {
                notices.set(i, new Changes(whole.revision(), whole.changes().subList(0, last)));
                notices.add(
                        i + 1,
                        new Changes(whole.revision(), whole.changes().subList(last, last + 1)));
                return notices;
            }
        }
        // A history without a revision of two changes has nothing to split.
        return withoutOne(notices, 0);
    }
}
