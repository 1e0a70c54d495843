// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.krg.state.model.Revision;

final class OwnLeaseTest {
    private static final Duration FREEZE_AFTER = Duration.ofSeconds(7);

    private final OwnLease lease =
            OwnLease.NONE.renewed(at(100), at(101), FREEZE_AFTER, new Revision(50));

    @Test
    void aLeaseLastsFromWhenItWasAskedFor() {
        assertThat(lease.stands(at(106), new Revision(50))).isTrue();
        assertThat(lease.stands(at(107), new Revision(50))).isFalse();
    }

    @Test
    void aReplicaFromBeforeTheLeaseIsNotActedOn() {
        assertThat(lease.stands(at(103), new Revision(49))).isFalse();
    }

    @Test
    void aLeaseThatGoesOnAsksForNoNewerReplica() {
        var renewed = lease.renewed(at(102), at(103), FREEZE_AFTER, new Revision(80));
        assertThat(renewed.stands(at(108), new Revision(50))).isTrue();
    }

    @Test
    void afterAGapTheReplicaMustHaveCaughtUp() {
        var renewed = lease.renewed(at(110), at(111), FREEZE_AFTER, new Revision(80));
        assertThat(renewed.stands(at(112), new Revision(79))).isFalse();
        assertThat(renewed.stands(at(112), new Revision(80))).isTrue();
    }

    @Test
    void anAnswerThatOvertookALaterOneShortensNothing() {
        var renewed =
                lease.renewed(at(104), at(105), FREEZE_AFTER, new Revision(80))
                        .renewed(at(102), at(105), FREEZE_AFTER, new Revision(80));
        assertThat(renewed.deadline()).isEqualTo(at(111));
    }

    private static Duration at(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
