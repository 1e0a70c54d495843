// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Read;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.server.RaftServerConfigKeys.Snapshot;
import org.apache.ratis.server.RaftServerConfigKeys.ThreadPool;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.krg.state.StateConfig;

/// Every setting of Ratis that krg relies on, each with its reason, and no other place sets one.
/// What is not set here has been looked at and is left at its default.
final class RatisSettings {
    /// The largest log entry and the largest stretch of the log in one message.
    static final SizeInBytes ENTRY_LIMIT = SizeInBytes.valueOf("4MB");

    private RatisSettings() {}

    static RaftProperties of(StateConfig config, Path directory) {
        var properties = new RaftProperties();
        network(properties, config);
        elections(properties, config);
        reads(properties);
        storage(properties, config, directory);
        replication(properties, config);
        snapshots(properties, config);
        resources(properties);
        return properties;
    }

    private static void network(RaftProperties properties, StateConfig config) {
        // gRPC, with the log appenders that LeadershipRounds listens to.
        RaftConfigKeys.Rpc.setType(properties, new WatchedGrpc());
        GrpcConfigKeys.Server.setHost(properties, config.bind().host());
        GrpcConfigKeys.Server.setPort(properties, config.bind().port());
        // Default 64 MB: a stranger could have so much kept for each message. Entries and chunks of
        // snapshots have 4 MB.
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf("16MB"));
    }

    private static void elections(RaftProperties properties, StateConfig config) {
        // Default 150 to 300 ms: any pause of a JVM would cost the leadership.
        Rpc.setTimeoutMin(properties, time(config.quorum().electionMin()));
        Rpc.setTimeoutMax(properties, time(config.quorum().electionMax()));
        // Nobody leads yet when the first nodes start: do not wait for a heartbeat.
        Rpc.setFirstElectionTimeoutMin(
                properties, time(config.quorum().electionMin().dividedBy(3)));
        Rpc.setFirstElectionTimeoutMax(
                properties, time(config.quorum().electionMax().dividedBy(3)));
        // A node that comes back does not disturb a leader that works.
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        // With it a leader that dies during a change may have no successor: see MembershipSteps.
        RaftServerConfigKeys.LeaderElection.setMemberMajorityAdd(properties, false);
        // Default 60 s: only a warning in the log, but one that should come before people call.
        RaftServerConfigKeys.Notification.setNoLeaderTimeout(
                properties, TimeDuration.valueOf(30, SECONDS));
        // Default 60 s: Ratis closes itself after such a pause of the JVM. A node that was frozen
        // and thawed goes on; its term tells it what it missed.
        RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(1, DAYS));
    }

    private static void reads(RaftProperties properties) {
        // krg asks LeadershipRounds, not Ratis. These stay on the safe side in case of doubt:
        // default DEFAULT lets a deposed leader answer.
        Read.setOption(properties, Read.Option.LINEARIZABLE);
        // The lease lacks vote stickiness between pre-vote and vote.
        Read.setLeaderLeaseEnabled(properties, false);
        Read.setLeaderHeartbeatCheckEnabled(properties, true);
        // The others cap what followers are told and can stall them.
        Read.ReadIndex.setType(properties, Read.ReadIndex.Type.COMMIT_INDEX);
    }

    private static void storage(RaftProperties properties, StateConfig config, Path directory) {
        // Default /tmp/raft-server for both.
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(
                properties, directory.resolveSibling("raft.removed").toFile());
        // Both count entries as durable that are not (the second in spite of its name).
        Log.setUnsafeFlushEnabled(properties, false);
        Log.setAsyncFlushEnabled(properties, false);
        // Default true: a second entry and fsync for every commit.
        Log.setLogMetadataEnabled(properties, false);
        // Default 4 MB of zeros ahead of the end: a torn last entry then fails its checksum and the
        // node does not start. Without them it is a partial write, which is cut off.
        Log.setPreallocatedSize(properties, SizeInBytes.valueOf("0"));
        // The other policy drops everything behind a flipped bit, acknowledged or not.
        Log.setCorruptionPolicy(properties, Log.CorruptionPolicy.EXCEPTION);
        // Entries for one fsync while more are waiting; default 128.
        Log.setForceSyncNum(properties, 1024);
        Log.setSegmentSizeMax(properties, segmentSize(config));
        // Default 1024 entries, which may be large. Only whole segments are deleted anyway.
        Log.setPurgeGap(properties, 1);
        // Default false: a dead member keeps the log of all others forever. Instead a tail is kept
        // for members that were away briefly; the rest of them take a snapshot.
        Log.setPurgeUptoSnapshotIndex(properties, true);
        Log.setPurgePreservationLogNum(properties, config.kept().entries());
    }

    private static void replication(RaftProperties properties, StateConfig config) {
        Log.Appender.setBufferByteLimit(properties, ENTRY_LIMIT);
        Log.Appender.setSnapshotChunkSizeMax(properties, ENTRY_LIMIT);
        // Snapshots go through Ratis in chunks; it must be the same on all members.
        Log.Appender.setInstallSnapshotEnabled(properties, true);
        // Default 1 ms between two messages to a follower: a read that is confirmed waits for it.
        Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        // Default true: two more threads order what DirectCalls has in order already.
        Log.setAppendEntriesComposeEnabled(properties, false);
        // Default "1ms,10, 1s,20, 5s,1000": a node that comes back waits up to 5 s for its leader.
        Log.Appender.setRetryPolicy(properties, "1ms,10, 100ms,50, 500ms,20, 1s,1000");
        // Default 8, for each of which the leader waits: so long one that began to send a snapshot
        // to a member that is down does not see that it is back.
        GrpcConfigKeys.Server.setInstallSnapshotRequestElementLimit(properties, 2);
        // Default three times: a new member does not answer while it takes over a snapshot.
        RaftServerConfigKeys.setStagingTimeout(
                properties, time(config.quorum().electionMax().multipliedBy(10)));
        // Default 3 s: a follower on a busy machine fsyncs longer, and a timeout resends.
        Rpc.setRequestTimeout(properties, TimeDuration.valueOf(10, SECONDS));
        // No request of krg comes twice with one call number: sessions in the state do that work.
        RaftServerConfigKeys.RetryCache.setExpiryTime(
                properties, TimeDuration.valueOf(15, SECONDS));
    }

    private static void snapshots(RaftProperties properties, StateConfig config) {
        // Default off.
        Snapshot.setAutoTriggerEnabled(properties, true);
        Snapshot.setAutoTriggerThreshold(properties, config.kept().snapshotEvery());
        // Also at a clean end: a start reads all that is behind the newest one, whether the rows
        // have it or not, before it takes what was agreed meanwhile.
        Snapshot.setTriggerWhenStopEnabled(properties, true);
        // The one before the newest may be on its way to a member.
        Snapshot.setRetentionFileNum(properties, RatisSnapshots.KEPT);
    }

    private static void resources(RaftProperties properties) {
        // Default without bound.
        ThreadPool.setProxySize(properties, 8);
        ThreadPool.setServerSize(properties, 8);
        ThreadPool.setClientSize(properties, 8);
        GrpcConfigKeys.Server.setAsyncRequestThreadPoolSize(properties, 8);
        GrpcConfigKeys.Server.setWorkerGroupSize(properties, 2);
        GrpcConfigKeys.Server.setBossGroupSize(properties, 1);
        GrpcConfigKeys.Client.setWorkerGroupSize(properties, 2);
        // Default 6 segments and 200 MB on the heap.
        Log.setSegmentCacheNumMax(properties, 2);
        Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("32MB"));
        // Entries that wait for their commit, each of up to 128 operations.
        RaftServerConfigKeys.Write.setElementLimit(properties, 1024);
        RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf("64MB"));
    }

    /// About the log between two snapshots, so that a snapshot lets something be deleted.
    private static SizeInBytes segmentSize(StateConfig config) {
        return SizeInBytes.valueOf(
                Math.clamp(config.kept().snapshotEvery() * 512, 16 << 10, 32 << 20));
    }

    private static TimeDuration time(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), MILLISECONDS);
    }
}
