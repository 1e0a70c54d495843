// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Call;
import org.krg.jepsen.history.Fence;
import org.krg.jepsen.history.LeaseUse.Ended;
import org.krg.jepsen.history.LeaseUse.Held;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;
import org.krg.jepsen.workload.Witness;

/// The checkers of sessions, leases, fencing tokens, sets and witnesses.
class SmallCheckersTest {
    private static final Duration TTL = Duration.ofNanos(100);

    @Test
    void aClientDoesNotGoBackBehindWhatItSaw() {
        assertThat(Sessions.violations(List.of(read(1, 5, true, 0), read(1, 5, true, 10))))
                .isEmpty();
        assertThat(Sessions.violations(List.of(read(1, 5, false, 0), read(1, 4, true, 10))))
                .hasSize(1);
        assertThat(Sessions.violations(List.of(read(1, 5, true, 0), read(1, 4, false, 10))))
                .isEmpty();
        assertThat(Sessions.violations(List.of(read(1, 5, true, 0), read(2, 4, true, 10))))
                .isEmpty();
    }

    @Test
    void aLeaseLastsFromItsLastRenewalOn() {
        var granted = new Held(7, TTL, 0, 20);
        var renewed = new Held(7, TTL, 60, 80);

        assertThat(LeaseTimes.violations(List.of(granted, renewed, new Ended(7, 160)))).isEmpty();
        assertThat(LeaseTimes.violations(List.of(granted, renewed, new Ended(7, 159)))).hasSize(1);
        assertThat(LeaseTimes.violations(List.of(granted, new Ended(8, 10)))).isEmpty();
    }

    @Test
    void aLeaseThatHasEndedIsNotRenewed() {
        assertThat(
                        LeaseTimes.violations(
                                List.of(
                                        new Held(7, TTL, 0, 20),
                                        new Ended(7, 150),
                                        new Held(7, TTL, 151, 160))))
                .hasSize(1);
    }

    @Test
    void aTokenRisesWithEachAcquisition() {
        assertThat(Fences.violations(List.of(new Fence(1, 0, 1), new Fence(2, 2, 3)))).isEmpty();
        assertThat(Fences.violations(List.of(new Fence(2, 0, 1), new Fence(1, 2, 3)))).hasSize(1);
        assertThat(Fences.violations(List.of(new Fence(2, 0, 1), new Fence(2, 2, 3)))).hasSize(1);
        assertThat(Fences.violations(List.of(new Fence(2, 0, 5), new Fence(1, 2, 3)))).isEmpty();
    }

    @Test
    void whatWasAcknowledgedIsThereAndWhatWasRefusedIsNot() {
        var elements = new Elements(Set.of("a", "b"), Set.of("c"), Set.of("d"));

        assertThat(elements.violations(Set.of("a", "b"))).isEmpty();
        assertThat(elements.violations(Set.of("a", "b", "d"))).isEmpty();
        assertThat(elements.violations(Set.of("a"))).hasSize(1);
        assertThat(elements.violations(Set.of("a", "b", "c"))).hasSize(1);
        assertThat(elements.violations(Set.of("a", "b", "e"))).hasSize(1);
    }

    @Test
    void aWitnessTellsOfTwoIncarnationsAndOfOneThatBeganElsewhere() {
        var moved = List.of(mark(1, 1), mark(2, 1), mark(3, 2), mark(4, 2));
        assertThat(Witness.twoAtOnce(moved)).isEmpty();
        assertThat(Witness.leftOutOrTwice(moved, 2)).isEmpty();
        assertThat(Witness.leftOutOrTwice(moved, 3)).isEmpty();

        assertThat(Witness.twoAtOnce(List.of(mark(1, 2), mark(1, 1)))).contains("epoch 1 after 2");
        assertThat(Witness.twoAtOnce(List.of(mark(1, 1), mark(3, 1))))
                .contains("epoch 1 counts 3 after 1");
        assertThat(Witness.leftOutOrTwice(List.of(mark(1, 1), mark(1, 2)), 2))
                .contains("epoch 2 begins with 1 after 1");
        assertThat(Witness.leftOutOrTwice(List.of(mark(1, 1), mark(3, 2)), 2))
                .contains("epoch 2 begins with 3 after 1");
    }

    private static Witness.Mark mark(long number, long epoch) {
        return new Witness.Mark(number, epoch);
    }

    private static Call read(int client, long revision, boolean current, long called) {
        return new Call(
                client,
                Transaction.of(new Part.Read(Span.one("x"))),
                current,
                called,
                called + 5,
                new Answer.Done(revision, true, List.of()));
    }
}
