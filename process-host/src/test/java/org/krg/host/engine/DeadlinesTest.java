// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {
    private final Deadlines<String> deadlines = new Deadlines<>();

    @Test
    void keysAreOverInTheOrderOfTheirDeadlinesAndOnce() {
        deadlines.begin("late", at(9), at(0));
        deadlines.begin("early", at(5), at(0));
        assertThat(deadlines.takeOver(at(4))).isEmpty();
        assertThat(deadlines.takeOver(at(9))).containsExactly("early", "late");
        assertThat(deadlines.takeOver(at(99))).isEmpty();
    }

    @Test
    void aRenewalCountsFromItsArrivalAndNeverShortens() {
        deadlines.begin("key", at(5), at(10));
        deadlines.renew("key", at(12));
        deadlines.renew("key", at(11));
        assertThat(deadlines.takeOver(at(16))).isEmpty();
        assertThat(deadlines.takeOver(at(17))).containsExactly("key");
    }

    @Test
    void whatIsOverIsNotToBeHadAgain() {
        deadlines.begin("key", at(5), at(0));
        assertThat(deadlines.takeOver(at(5))).containsExactly("key");
        deadlines.renew("key", at(5));
        deadlines.begin("key", at(5), at(5));
        assertThat(deadlines.find("key")).isEmpty();
        assertThat(deadlines.takeOver(at(99))).isEmpty();
    }

    @Test
    void aKeyThatEndedMayBeginAnew() {
        deadlines.begin("key", at(5), at(0));
        deadlines.end("key");
        deadlines.begin("key", at(50), at(0));
        assertThat(deadlines.takeOver(at(49))).isEmpty();
        assertThat(deadlines.takeOver(at(50))).containsExactly("key");
        deadlines.end("key");
        deadlines.begin("key", at(5), at(50));
        assertThat(deadlines.takeOver(at(55))).containsExactly("key");
    }

    @Test
    void onlyWantedKeysAreKept() {
        deadlines.begin("wanted", at(5), at(0));
        deadlines.begin("other", at(5), at(0));
        deadlines.keepOnly("wanted"::equals);
        assertThat(deadlines.takeOver(at(5))).containsExactly("wanted");
    }

    private static Duration at(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
