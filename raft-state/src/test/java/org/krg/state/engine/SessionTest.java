// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.krg.state.engine.Session.Judgement;
import org.krg.state.model.InvariantBroken;

final class SessionTest {
    private static final long WINDOW = Session.WINDOW;

    @Test
    void anUnknownSessionBeginsWithASmallSequence() {
        assertThat(Session.judgeUnknown(1)).isEqualTo(Judgement.FRESH);
        assertThat(Session.judgeUnknown(WINDOW)).isEqualTo(Judgement.FRESH);
        assertThat(Session.judgeUnknown(WINDOW + 1)).isEqualTo(Judgement.EXPIRED);
    }

    @Test
    void aSequenceIsRepeatedOnceItWasSeen() {
        var session = Session.NEW.seen(1, 1, 0).seen(2, 2, 0);

        assertThat(session.judge(1)).isEqualTo(Judgement.REPEATED);
        assertThat(session.judge(2)).isEqualTo(Judgement.REPEATED);
        assertThat(session.judge(3)).isEqualTo(Judgement.FRESH);
    }

    @Test
    void aSequenceThatWasOvertakenIsStillFresh() {
        var session = Session.NEW.seen(3, 1, 0);

        assertThat(session.judge(2)).isEqualTo(Judgement.FRESH);
        assertThat(session.seen(2, 2, 0).judge(2)).isEqualTo(Judgement.REPEATED);
    }

    @Test
    void aSequenceBelowTheWindowIsExpired() {
        var session = Session.NEW.seen(1, 1, 0).seen(WINDOW + 1, 2, 0);

        assertThat(session.judge(1)).isEqualTo(Judgement.EXPIRED);
        assertThat(session.judge(2)).isEqualTo(Judgement.FRESH);
    }

    @Test
    void theRepliesThatFallOutOfTheWindowAreNamed() {
        var before = Session.NEW.seen(1, 1, 0).seen(2, 2, 0).seen(4, 3, 0);
        var after = before.seen(WINDOW + 3, 4, 0);

        assertThat(before.forgottenBy(after)).containsExactly(2L, 1L);
        assertThat(after.kept()).containsExactly(WINDOW + 3, 4L);
    }

    @Test
    void theLargestSequenceLeavesNothingBehind() {
        var session = Session.NEW.seen(1, 1, 0).seen(Long.MAX_VALUE, 2, 0);

        assertThat(session.kept()).containsExactly(Long.MAX_VALUE);
        assertThat(session.judge(1)).isEqualTo(Judgement.EXPIRED);
    }

    @Test
    void aRepeatedSequenceIsNotNotedAgain() {
        var session = Session.NEW.seen(1, 1, 0);

        assertThatThrownBy(() -> session.seen(1, 2, 0)).isInstanceOf(InvariantBroken.class);
    }

    @Test
    void theWindowAgreesWithASetOfNumbers() {
        var seed = Long.getLong("krg.seed", 7);
        var random = new Random(seed);
        var session = Session.NEW;
        var model = new TreeSet<Long>();
        var sizes = new TreeMap<Long, Integer>();
        for (var use = 1; use <= 20_000; use++) {
            var sequence =
                    Math.max(
                            1,
                            session.highest()
                                    - 150
                                    + random.nextInt(random.nextInt(10) == 0 ? 400 : 155));
            var expected = expected(model, sequence);
            assertThat(session.judge(sequence))
                    .as("seed %d use %d sequence %d", seed, use, sequence)
                    .isEqualTo(expected);
            if (expected == Judgement.FRESH) {
                var bytes = random.nextInt(1_000);
                session = session.seen(sequence, use, bytes);
                sizes.put(sequence, bytes);
                model.add(sequence);
                model.headSet(model.last() - WINDOW, true).clear();
                assertThat(session.kept()).containsExactlyElementsOf(model.descendingSet());
                assertThat(session.replies().sum())
                        .isBetween(
                                sum(sizes.tailMap(session.highest() - WINDOW, false)),
                                sum(sizes.tailMap(session.highest() - 2 * WINDOW, false)));
            }
        }
    }

    private static long sum(NavigableMap<Long, Integer> sizes) {
        return sizes.values().stream().mapToLong(Integer::longValue).sum();
    }

    private static Judgement expected(NavigableSet<Long> model, long sequence) {
        if (!model.isEmpty() && sequence <= model.last() - WINDOW) {
            return Judgement.EXPIRED;
        }
        return model.contains(sequence) ? Judgement.REPEATED : Judgement.FRESH;
    }
}
