// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import org.krg.state.engine.Batcher;

/// Gets a member going that answers heartbeats but does not catch up.
///
/// In Ratis 3.3.0 (RATIS-2523) the leader of an idle group can repeat for ever the same heartbeat
/// to a member whose log is empty, which refuses it each time; one new entry ends that. So an entry
/// without operations is written when somebody lags and the log has not grown since the last look:
/// an idle group whose members are all there writes nothing.
final class Nudge {
    private final RatisMember member;
    private final LeadershipRounds rounds;
    private final Batcher batcher;
    private long commitBefore = -1;

    Nudge(RatisMember member, LeadershipRounds rounds, Batcher batcher) {
        this.member = member;
        this.rounds = rounds;
        this.batcher = batcher;
    }

    void look() {
        var division = member.division();
        var commit = division.getRaftLog().getLastCommittedIndex();
        if (division.getInfo().isLeaderReady()
                && commit == commitBefore
                && rounds.hasLaggard(commit)) {
            batcher.nudge();
        }
        commitBefore = commit;
    }
}
