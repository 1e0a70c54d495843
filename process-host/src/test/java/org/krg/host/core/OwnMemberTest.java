// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.with;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Member;
import org.krg.state.model.Node;
import org.krg.state.model.Revision;

final class OwnMemberTest {
    private static final Duration NOW = Duration.ofSeconds(10);
    private static final Duration DEADLINE = Duration.ofSeconds(17);

    private final OwnMember started = OwnMember.unregistered(HERE);

    @Test
    void theRowOfAnEarlierRunIsNotActedOnBeforeTheLeaseIsHeld() {
        var replayed = started.changed(registered(5, 1), NOW);
        assertThat(replayed.present()).isEmpty();

        var early = replayed.leased(lease(9), registered(5, 1), NOW);
        assertThat(early.present()).isEmpty();
        assertThat(early.changed(registered(9, 2), NOW).present()).contains(member(2));
    }

    @Test
    void anotherRegistrationEndsTheOneBefore() {
        var first = started.leased(lease(5), registered(5, 1), NOW);

        assertThat(first.changed(registered(9, 2), NOW).present()).contains(member(2));
    }

    @Test
    void aNodeThatIsDeclaredLostIsNoMember() {
        var first = started.leased(lease(5), registered(5, 1), NOW);

        assertThat(first.changed(lost(7, 1), NOW).present()).isEmpty();
        assertThat(first.changed(Images.empty().at(new Revision(7)), NOW).present()).isEmpty();
    }

    @Test
    void aStepThatWasOvertakenByTheLeaseSaysNothing() {
        var second = started.leased(lease(9), registered(9, 2), NOW);

        assertThat(second.changed(registered(5, 1), NOW).present()).contains(member(2));
        assertThat(second.changed(lost(8, 1), NOW).present()).contains(member(2));
    }

    @Test
    void aStateThatWasReadBeforeTheLastStepSaysNothing() {
        var lost = started.leased(lease(5), registered(5, 1), NOW).changed(lost(7, 1), NOW);

        assertThat(lost.leased(lease(5), registered(6, 1), NOW).present()).isEmpty();
    }

    @Test
    void afterTheLeaseWasOverAnOlderStateDoesNotSayThatTheMemberStillIs() {
        var held = started.leased(lease(5), registered(5, 1), NOW);
        assertThat(held.isCurrent(NOW)).isTrue();

        var again = held.leased(lease(9), registered(6, 1), NOW);

        assertThat(again.present()).contains(member(1));
        assertThat(again.isCurrent(NOW)).isFalse();
        assertThat(again.changed(registered(9, 1), NOW).isCurrent(NOW)).isTrue();
    }

    /// A replica that catches up passes states in which the node was ready for a while.
    @Test
    void aLeaseThatIsOverMakesNoMember() {
        var behind = started.leased(lease(5), registered(3, 1), NOW);

        assertThat(behind.changed(registered(5, 2), DEADLINE).present()).isEmpty();
        assertThat(behind.changed(registered(5, 2), NOW).present()).contains(member(2));
        assertThat(behind.changed(registered(5, 2), NOW).isCurrent(DEADLINE)).isFalse();
    }

    private static OwnLease lease(long knownFrom) {
        return new OwnLease(DEADLINE, new Revision(knownFrom));
    }

    private static Member member(long run) {
        return new Member(HERE, run);
    }

    private static ClusterImage registered(long revision, long run) {
        return at(revision, run, Node.State.READY);
    }

    private static ClusterImage lost(long revision, long run) {
        return at(revision, run, Node.State.LOST);
    }

    private static ClusterImage at(long revision, long run, Node.State state) {
        return with(Images.empty().at(new Revision(revision)), Images.node(HERE, run, state));
    }
}
