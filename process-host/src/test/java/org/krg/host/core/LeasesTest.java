// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Leases.Grant;
import org.krg.state.model.NodeId;

final class LeasesTest {
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final List<Grant<NodeId>> BOTH =
            List.of(new Grant<>(AWAY, 1, TIME), new Grant<>(HERE, 1, TIME));

    private final Leases<NodeId> leases = Leases.<NodeId>none().following(BOTH, at(100));

    @Test
    void aNewLeaderGrantsTheFullTime() {
        assertThat(leases.expired(at(109))).isEmpty();
        assertThat(leases.expired(at(110))).containsExactly(AWAY, HERE);
    }

    @Test
    void aRenewalCountsFromItsArrival() {
        var renewed = leases.renewed(HERE, 1, at(105));
        assertThat(renewed.expired(at(114))).containsExactly(AWAY);
        assertThat(renewed.expired(at(115))).containsExactly(AWAY, HERE);
    }

    @Test
    void aRenewalThatComesLateShortensNothing() {
        var renewed = leases.renewed(HERE, 1, at(105)).renewed(HERE, 1, at(101));
        assertThat(renewed.expired(at(114))).containsExactly(AWAY);
    }

    @Test
    void aRenewalOfAnEarlierGrantChangesNothing() {
        assertThat(leases.renewed(HERE, 0, at(105))).isEqualTo(leases);
        assertThat(leases.holds(HERE, 0)).isFalse();
        assertThat(leases.holds(HERE, 1)).isTrue();
    }

    @Test
    void aSecondGrantHasItsFullTime() {
        var again = leases.following(List.of(new Grant<>(HERE, 2, TIME)), at(108));
        assertThat(again.expired(at(117))).isEmpty();
        assertThat(again.expired(at(118))).containsExactly(HERE);
    }

    @Test
    void aLeaseThatIsNoLongerAgreedIsNotMeasured() {
        assertThat(leases.following(List.of(), at(108)).expired(at(1_000))).isEmpty();
    }

    @Test
    void followingTheSameGrantsChangesNothing() {
        assertThat(leases.following(BOTH, at(108))).isEqualTo(leases);
    }

    private static Duration at(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
