// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.ClusterStore.Member;
import org.krg.state.model.Role;
import org.krg.testkit.Samples;

/// Members as clients of etcd are shown them.
final class MembersTest {
    private static final Member VOTER = new Member(Samples.HOME, "home.0", Role.VOTER, 7);
    private static final Member LISTENER = new Member(Samples.AWAY, "away.0", Role.LISTENER, 7);

    @Test
    void aListenerIsALearnerAndAVoterIsNone() {
        assertThat(ClusterService.member(VOTER, Optional.empty(), "http").getIsLearner()).isFalse();
        assertThat(ClusterService.member(LISTENER, Optional.empty(), "http").getIsLearner())
                .isTrue();
        var members = List.of(VOTER, LISTENER);
        assertThat(MaintenanceService.isListener(members, Samples.HOME)).isFalse();
        assertThat(MaintenanceService.isListener(members, Samples.AWAY)).isTrue();
    }

    @Test
    void aMemberWhoseNodeIsKnownHasAddresses() {
        var node = Samples.node(Samples.HOME, 1);
        var shown = ClusterService.member(VOTER, Optional.of(node), "https");
        assertThat(shown.getName()).isEqualTo(Samples.HOME.name());
        assertThat(shown.getID()).isEqualTo(Headers.number(Samples.HOME));
        assertThat(shown.getClientURLsList()).containsExactly("https://" + node.addresses().api());
        assertThat(shown.getPeerURLsList()).containsExactly("https://" + node.addresses().raft());
    }
}
