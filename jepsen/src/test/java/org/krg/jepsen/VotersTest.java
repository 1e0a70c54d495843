// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;

/// Who votes, changed for several nodes at once.
@ExtendWith(SharedCluster.class)
class VotersTest {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final int CONFLICT = 5;

    @Test
    void theLeaderAndAnotherGiveTheirVotesUpAtOnceUntilTheyAreToldToVoteAgain(Cluster cluster) {
        cluster.run("state", "put", "voters/kept", "1").require(0);
        var leader = cluster.awaitLeader();
        var others = new ArrayList<>(cluster.nodes());
        others.remove(leader);
        var left = others.removeLast();

        var all = cluster.run("node", "demote", leader, left, others.getFirst());
        assertThat(all.exit()).isEqualTo(CONFLICT);
        assertThat(all.err()).contains("nobody would vote any more", "promote another node");
        var same = cluster.run("node", "promote", leader, "--instead-of", leader);
        assertThat(same.exit()).isEqualTo(CONFLICT);
        assertThat(same.err()).contains("name it once");

        var done = cluster.run("node", "demote", leader, others.getFirst()).require(0);
        assertThat(done.err()).contains("vote no more");
        Await.until("the last voter to lead", SOON, () -> cluster.awaitLeader().equals(left));
        assertThat(cluster.run("state", "get", "voters/kept").require(0).out()).contains("1");

        // There shall be three voters, but an operator's word counts for more, also after a while.
        cluster.killAgentAtOnce(leader);
        cluster.heal();
        assertThat(voters(cluster)).isEqualTo(1);
        assertThat(cluster.run("node", "list").require(0).out())
                .containsPattern(leader + " .*listener, demoted");

        var again = cluster.run("node", "promote", leader, others.getFirst()).require(0);
        assertThat(again.err()).contains("voters now: 3, of which 1 may fail");
        assertThat(cluster.run("node", "list").require(0).out()).doesNotContain("demoted");
        cluster.run("state", "delete", "voters/kept").require(0);
    }

    private static long voters(Cluster cluster) {
        return Cluster.stream(cluster.get("status").path("members"))
                .filter(member -> member.path("role").asText().equals("voter"))
                .count();
    }
}
