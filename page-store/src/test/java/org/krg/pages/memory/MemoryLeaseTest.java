// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.linux.PublishedWord;

final class MemoryLeaseTest {
    private static final Duration FIRST = Duration.ofNanos(10);
    private static final Duration SECOND = Duration.ofNanos(20);
    private static final Duration INSTANT = Duration.ofNanos(1);

    private Supplier<Duration> clock = () -> Duration.ZERO;
    private final PublishedWord word = PublishedWord.create("krg-lease");
    private final MemoryLease lease = new MemoryLease(word, () -> clock.get());

    @AfterEach
    void close() {
        lease.close();
    }

    @Test
    void itIsOverFromItsDeadlineOn() {
        lease.renew(FIRST);

        clock = () -> FIRST.minus(INSTANT);
        assertThat(lease.holds()).isTrue();
        clock = () -> FIRST;
        assertThat(lease.holds()).isFalse();
    }

    @Test
    void aRenewalBeforeTheDeadlineWakesNobody() {
        lease.renew(FIRST);
        clock = () -> FIRST.minus(INSTANT);

        assertThat(lease.renew(SECOND)).isFalse();
        assertThat(lease.holds()).isTrue();
    }

    @Test
    void aRenewalAtTheDeadlineSaysThatItWasOver() {
        lease.renew(FIRST);
        clock = () -> FIRST;

        assertThat(lease.renew(SECOND)).isTrue();
        assertThat(lease.holds()).isTrue();
    }

    /// A program that touches a page before the next deadline is there stands still until somebody
    /// wakes it.
    @Test
    void aRenewalThatTheDeadlineOvertakesSaysThatItWasOver() {
        lease.renew(FIRST);
        clock = () -> word.get() == FIRST.toNanos() ? FIRST.minus(INSTANT) : FIRST;

        assertThat(lease.renew(SECOND)).isTrue();
    }
}
