// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.NoQuorum;

/// Finds out whether this node still leads, by a round of heartbeats that a majority must answer
/// (Ongaro, "Consensus: Bridging Theory and Practice", 6.4).
///
/// Ratis 3.3.0 has read-index rounds of its own and they do not hold: `ReadIndexHeartbeats` answers
/// without any heartbeat when its commit index was confirmed once before, so that a leader that was
/// cut off confirms itself until it steps down, and serves old state meanwhile. Here a round counts
/// only answers to heartbeats that were made after it began; calls during a round share the next.
///
/// Guarded by its monitor; futures complete on the executor.
final class LeadershipRounds {
    /// A round that no majority answers for so long has failed.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Heartbeats by which one announcement is told to one member: one that is on its way already
    /// may be older, and one may come before the member has forced the entries it tells of.
    private static final int MAX_TELLINGS = 8;

    private final Executor executor;
    private final Map<RaftPeerId, FollowerAppender> appenders = new HashMap<>();

    /// Up to where every member is to know at once that the log is committed.
    private long announced;

    /// How often each of them was told.
    private final Map<RaftPeerId, Integer> tellings = new HashMap<>();

    private RaftServer.@Nullable Division division;
    private @Nullable LeaderState leadership;
    private @Nullable Round running;
    private List<CompletableFuture<Confirmed>> waiting = new ArrayList<>();

    LeadershipRounds(Executor executor) {
        this.executor = executor;
    }

    /// This node led at some moment after the call.
    ///
    /// @param commitIndex when the round began: every reply given before is at most there
    record Confirmed(long term, long commitIndex) {}

    /// Called once, before anything else.
    synchronized void attach(RaftServer.Division ours) {
        division = ours;
    }

    /// Completes when a majority has answered a heartbeat that was sent after the call. Fails with
    /// [NoQuorum] when this node does not lead.
    CompletableFuture<Confirmed> confirm() {
        var answer = new CompletableFuture<Confirmed>();
        synchronized (this) {
            waiting.add(answer);
            if (running == null) {
                begin();
            }
        }
        return answer;
    }

    /// Has every member hear at once how far the log is committed now, and not only the majority
    /// that a round waits for. Does nothing when this node does not lead.
    synchronized void announce() {
        var ours = division;
        if (ours != null && ours.getInfo().isLeader()) {
            announced = ours.getRaftLog().getLastCommittedIndex();
            tellings.clear();
            appenders.values().forEach(this::tell);
        }
    }

    /// {@return how far the leader knows each member to be; empty unless this node leads}
    synchronized Map<RaftPeerId, Long> matchIndexes() {
        var indexes = new HashMap<RaftPeerId, Long>();
        if (division != null && division.getInfo().isLeader()) {
            appenders.forEach(
                    (peer, appender) -> indexes.put(peer, appender.getFollower().getMatchIndex()));
        }
        return indexes;
    }

    /// {@return for how many milliseconds each member has not answered; empty unless this node
    /// leads}
    synchronized Map<RaftPeerId, Long> silences() {
        var silences = new HashMap<RaftPeerId, Long>();
        if (division != null && division.getInfo().isLeader()) {
            appenders.forEach((peer, appender) ->
                    silences.put(
                            peer, appender.getFollower().getLastRpcResponseTime().elapsedTimeMs()));
        }
        return silences;
    }

    /// {@return whether a member answers but has not got everything up to `commit`}
    synchronized boolean hasLaggard(long commit) {
        return appenders.values().stream()
                .map(LogAppender::getFollower)
                .anyMatch(follower ->
                        follower.getMatchIndex() < commit
                                && follower.getLastRpcResponseTime().elapsedTimeMs()
                                        < PATIENCE.toMillis());
    }

    /// A log appender of a leadership was made; it has sent nothing yet.
    ///
    /// @return the one of this leadership before it, for the same member
    synchronized Optional<FollowerAppender> appenderMade(
            LeaderState leader, FollowerAppender appender) {
        if (!leader.equals(leadership)) {
            leadership = leader;
            appenders.clear();
            fail("the leadership changed");
        }
        return Optional.ofNullable(appenders.put(appender.getFollowerId(), appender));
    }

    /// A follower answered.
    synchronized void replied(LogAppender appender, AppendEntriesReplyProto reply) {
        var round = running;
        var follower = appender.getFollowerId();
        if (!appender.equals(appenders.get(follower)) || !reply.getServerReply().getSuccess()) {
            return;
        }
        tellIfBehind(appender);
        if (round == null || round.answered.contains(follower)) {
            return;
        }
        if (reply.getServerReply().getCallId() >= round.firstCall.getOrDefault(appender, 0L)) {
            round.answered.add(follower);
            finishIfConfirmed(round);
        } else {
            // The wish for a heartbeat is dropped when one that was made earlier is sent just then.
            appender.triggerHeartbeat();
        }
    }

    // A member that lacks entries answers when it has forced them, and is told then.
    private void tellIfBehind(LogAppender appender) {
        var follower = appender.getFollower();
        if (follower.getCommitIndex() < announced && follower.getMatchIndex() >= announced) {
            tell(appender);
        }
    }

    private void tell(LogAppender appender) {
        if (tellings.merge(appender.getFollowerId(), 1, Integer::sum) <= MAX_TELLINGS) {
            appender.triggerHeartbeat();
        }
    }

    /// This node leads no more.
    synchronized void lost() {
        fail("this node leads no more");
    }

    /// Ends a round that no majority answers. Called from time to time.
    synchronized void expire() {
        if (running != null && System.nanoTime() - running.began > PATIENCE.toNanos()) {
            fail("no majority answered within " + PATIENCE.toSeconds() + " s");
        }
    }

    private void begin() {
        var ours = division;
        if (ours == null || !ours.getInfo().isLeaderReady()) {
            fail("this node does not lead");
            return;
        }
        var round =
                new Round(
                        ours.getInfo().getCurrentTerm(),
                        ours.getRaftLog().getLastCommittedIndex(),
                        waiting);
        waiting = new ArrayList<>();
        running = round;
        for (var appender : appenders.values()) {
            round.firstCall.put(appender, appender.getCallId());
            appender.triggerHeartbeat();
        }
        finishIfConfirmed(round);
    }

    private void finishIfConfirmed(Round round) {
        var ours = division;
        if (ours == null || !isConfirmed(ours, round)) {
            return;
        }
        if (!ours.getInfo().isLeader() || ours.getInfo().getCurrentTerm() != round.term) {
            fail("the leadership changed");
            return;
        }
        running = null;
        var confirmed = new Confirmed(round.term, round.commitIndex);
        for (var waiter : round.waiters) {
            executor.execute(() -> waiter.complete(confirmed));
        }
        if (!waiting.isEmpty()) {
            begin();
        }
    }

    private static boolean isConfirmed(RaftServer.Division ours, Round round) {
        var configuration = ours.getRaftConf();
        return isMajority(configuration.getCurrentPeers(), ours.getId(), round.answered)
                && isMajority(configuration.getPreviousPeers(), ours.getId(), round.answered);
    }

    private static boolean isMajority(
            Collection<RaftPeer> voters, RaftPeerId self, Set<RaftPeerId> answered) {
        var count =
                voters.stream()
                        .map(RaftPeer::getId)
                        .filter(peer -> peer.equals(self) || answered.contains(peer))
                        .count();
        return voters.isEmpty() || count * 2 > voters.size();
    }

    private void fail(String why) {
        var all = new ArrayList<>(waiting);
        if (running != null) {
            all.addAll(running.waiters);
        }
        running = null;
        waiting = new ArrayList<>();
        for (var waiter : all) {
            executor.execute(() -> waiter.completeExceptionally(new NoQuorum(why)));
        }
    }

    private static final class Round {
        private final long began = System.nanoTime();
        private final long term;
        private final long commitIndex;
        private final List<CompletableFuture<Confirmed>> waiters;
        private final Map<LogAppender, Long> firstCall = new HashMap<>();
        private final Set<RaftPeerId> answered = new HashSet<>();

        Round(long term, long commitIndex, List<CompletableFuture<Confirmed>> waiters) {
            this.term = term;
            this.commitIndex = commitIndex;
            this.waiters = waiters;
        }
    }
}
