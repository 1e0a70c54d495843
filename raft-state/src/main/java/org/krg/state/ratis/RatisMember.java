// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.LeaderElectionManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SetConfigurationRequest.Arguments;
import org.apache.ratis.protocol.SetConfigurationRequest.Mode;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.krg.state.ClusterStore.Member;
import org.krg.state.ConnectionLimits;
import org.krg.state.DiskFailed;
import org.krg.state.StateConfig;
import org.krg.state.StorageDamaged;
import org.krg.state.command.Reply;
import org.krg.state.engine.Leader.NotAppended;
import org.krg.state.engine.Storage;
import org.krg.state.engine.StorageFailed;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;
import org.krg.state.ratis.files.Directories;
import org.krg.state.ratis.files.LogCheck;
import org.krg.state.ratis.files.MemberFile;
import org.krg.state.ratis.files.MemberFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's member of the Raft group: its server, its place in the group, its way into the log.
final class RatisMember implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RatisMember.class);
    private static final long LEAST_ROOM_BYTES = 64L << 20;

    /// Reading all rows for their checksums at the pace of a slow disk.
    private static final Duration SNAPSHOT_LIMIT = Duration.ofMinutes(10);

    private static final Executor ENDING =
            task -> Thread.ofPlatform().daemon().name("raft-end").start(task);

    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final CompletableFuture<Void> portClosed = new CompletableFuture<>();
    private final RaftGroupId group;
    private final RaftPeerId self;
    private final RaftServer server;
    private final RaftServer.Division division;
    private final MemberFile memory;
    private final MemberFiles files;
    private final Path current;
    private long acknowledged = -1;

    /// Starts the server. Throws [org.krg.state.StorageLost].
    RatisMember(
            StateConfig config,
            RatisStateMachine machine,
            LeadershipRounds rounds,
            DurableNames names,
            ConnectionLimits limits,
            Storage storage)
            throws IOException {
        this.group = RaftGroupId.valueOf(config.cluster());
        this.self = peerId(config.self(), config.incarnation());
        this.memory =
                new MemberFile(
                        config.directory().resolve("identity"), config.cluster(), self.toString());
        var directory = config.directory().resolve("raft");
        this.files = new MemberFiles(config.directory(), config.cluster());
        this.current = files.current();
        requireRoom(config.directory());
        var option = prepare(directory, config.cluster());
        if (option == StartupOption.FORMAT) {
            storage.clear();
        }
        if (option == StartupOption.RECOVER) {
            requireWhole();
        }
        Files.createDirectories(directory);
        this.server =
                RaftServer.newBuilder()
                        .setServerId(self)
                        .setGroup(RaftGroup.valueOf(group, firstPeers(config)))
                        .setStateMachine(machine)
                        .setProperties(RatisSettings.of(config, directory))
                        .setParameters(
                                WatchedGrpc.parameters(
                                        rounds,
                                        names,
                                        limits,
                                        () -> portClosed.complete(null),
                                        config))
                        .setOption(option)
                        .build();
        try {
            this.division = server.getDivision(group);
            rounds.attach(division);
            server.start();
            if (!memory.isMember()) {
                memory.join();
            }
            names.forceAll();
        } catch (IOException | RuntimeException failed) {
            server.close();
            throw StartFailure.of(failed, current);
        }
    }

    /// A disk that is nearly full is met by a node that does not start, not by one that fails while
    /// it votes.
    private static void requireRoom(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (Files.getFileStore(directory).isReadOnly()) {
            throw new DiskFailed(
                    directory,
                    DiskFailed.Fault.READ_ONLY,
                    new IOException("nothing can be written there"));
        }
        var free = Files.getFileStore(directory).getUsableSpace();
        if (free < LEAST_ROOM_BYTES) {
            throw new DiskFailed(
                    directory,
                    DiskFailed.Fault.FULL,
                    new IOException(
                            "%d MiB are free, a node starts with %d MiB"
                                    .formatted(free >> 20, LEAST_ROOM_BYTES >> 20)));
        }
    }

    /// Before the server starts, since it could vote at once: the log must end behind what was
    /// acknowledged, and Ratis takes a cut tail for a write that was cut short.
    private void requireWhole() throws IOException {
        files.requireConfiguration();
        var tail = LogCheck.tail(current);
        if (!tail.flaws().isEmpty() && !tail.flaws().getFirst().torn()) {
            var flaw = tail.flaws().getFirst();
            throw new StorageDamaged(flaw.file(), flaw.what());
        }
        memory.requireWhole(Math.max(tail.last(), files.newestSnapshot()));
    }

    /// Decides between a log that is there and one that is begun.
    private StartupOption prepare(Path directory, UUID cluster) throws IOException {
        var log = directory.resolve(cluster.toString());
        var isThere = Files.exists(current.resolve("raft-meta"));
        if (memory.isMember() && !isThere) {
            throw memory.lost(current.resolve("raft-meta") + " is not there");
        }
        if (!memory.isMember() && memory.wasMember()) {
            // The next incarnation begins anew; what the one before left is kept aside.
            Directories.moveAside(directory);
            return StartupOption.FORMAT;
        }
        if (isThere) {
            return StartupOption.RECOVER;
        }
        // A start that ended before this node took part.
        Directories.delete(log);
        return StartupOption.FORMAT;
    }

    private static List<RaftPeer> firstPeers(StateConfig config) {
        return config.members().stream()
                .map(each -> peer(peerId(each.node(), each.incarnation()), each.raft(), Role.VOTER))
                .toList();
    }

    /// {@return where everything of this member is}
    MemberFiles files() {
        return files;
    }

    /// {@return the directory of Ratis' files}
    Path current() {
        return current;
    }

    RaftServer.Division division() {
        return division;
    }

    /// Writes one entry; completes with the replies of the state machine. Fails with [NotAppended]
    /// when the entry surely is not in the log.
    CompletableFuture<List<Reply>> append(byte[] entry) {
        if (!division.getInfo().isLeaderReady()) {
            return CompletableFuture.failedFuture(new NotAppended("this node does not lead"));
        }
        var request =
                RaftClientRequest.newBuilder()
                        .setClientId(client)
                        .setServerId(self)
                        .setGroupId(group)
                        .setCallId(calls.incrementAndGet())
                        .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                        .setType(RaftClientRequest.writeRequestType())
                        .build();
        try {
            return submit(request).thenApply(RatisMember::replies);
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /// On this thread: the server would have another one do it and wait for that.
    private CompletableFuture<RaftClientReply> submit(RaftClientRequest request)
            throws IOException {
        return division instanceof RaftClientAsynchronousProtocol direct
                ? direct.submitClientRequestAsync(request)
                : server.submitClientRequestAsync(request);
    }

    private static List<Reply> replies(RaftClientReply reply) {
        var failed = reply.getException();
        if (failed == null) {
            return reply.getMessage() instanceof AppliedReplies applied
                    ? applied.take()
                    : List.of();
        }
        // Both are checked before an entry is made. A leader that is deposed fails what waits with
        // NotLeaderException, whose entry may be committed by the next one.
        if (failed instanceof LeaderNotReadyException
                || failed instanceof LeaderSteppingDownException) {
            throw new NotAppended(failed.toString());
        }
        throw new CompletionException(failed);
    }

    /// Sets who the members are, if they are still those that this node knows.
    CompletableFuture<Void> setConfiguration(
            List<RaftPeer> voters, List<RaftPeer> listeners, String what) {
        var conf = division.getRaftConf();
        var arguments =
                Arguments.newBuilder()
                        .setMode(Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(
                                List.copyOf(conf.getCurrentPeers(RaftPeerRole.FOLLOWER)))
                        .setListenersInCurrentConf(
                                List.copyOf(conf.getCurrentPeers(RaftPeerRole.LISTENER)))
                        .setServersInNewConf(voters)
                        .setListenersInNewConf(listeners)
                        .build();
        var request =
                new SetConfigurationRequest(
                        client, self, group, calls.incrementAndGet(), arguments);
        try {
            return server.setConfigurationAsync(request)
                    .thenAccept(reply -> {
                        if (!reply.isSuccess()) {
                            throw new AdmissionFailed(what, reply.getException());
                        }
                    });
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(new AdmissionFailed(what, failed));
        }
    }

    /// Hands the leadership to another voter, or just gives it up.
    CompletableFuture<Void> transferLeadership(Optional<RaftPeerId> to, Duration patience) {
        var request =
                new TransferLeadershipRequest(
                        client,
                        self,
                        group,
                        calls.incrementAndGet(),
                        to.orElse(null),
                        patience.toMillis());
        try {
            return server.transferLeadershipAsync(request)
                    .thenAccept(reply -> {
                        if (!reply.isSuccess()) {
                            throw new AdmissionFailed("another leader", reply.getException());
                        }
                    });
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(new AdmissionFailed("another leader", failed));
        }
    }

    /// Has this node take a snapshot, unless nothing was agreed since the newest one.
    CompletableFuture<Void> takeSnapshot() {
        var request =
                SnapshotManagementRequest.newCreate(
                        client, self, group, calls.incrementAndGet(), SNAPSHOT_LIMIT.toMillis(), 1);
        return server.snapshotManagementAsync(request)
                .thenAccept(reply -> {
                    if (!reply.isSuccess()) {
                        throw new StorageFailed("no snapshot was taken: " + reply.getException());
                    }
                });
    }

    /// Has this node stand for election when it hears of no leader, or not.
    void letStand(boolean stands) {
        var request =
                stands
                        ? LeaderElectionManagementRequest.newResume(
                                client, self, group, calls.incrementAndGet())
                        : LeaderElectionManagementRequest.newPause(
                                client, self, group, calls.incrementAndGet());
        var _ =
                server.leaderElectionManagementAsync(request)
                        .whenComplete((_, failed) -> {
                            if (failed != null) {
                                log.warn("elections are not set stands={}", stands, failed);
                            }
                        });
    }

    /// {@return in which term another voter is, and its last entry; empty if it does not tell}
    /// Asked by a pre-vote, which elects nobody. Blocks while it does not answer.
    Optional<RequestVoteReplyProto> ask(RaftPeerId voter) {
        var own = division.getRaftLog().getLastEntryTermIndex();
        var request =
                RequestVoteRequestProto.newBuilder()
                        .setServerRequest(message(self, voter))
                        .setCandidateTerm(division.getInfo().getCurrentTerm())
                        .setPreVote(true);
        if (own != null) {
            request.setCandidateLastEntry(own.toProto());
        }
        try {
            return Optional.of(server.getServerRpc().requestVote(request.build()));
        } catch (IOException | StatusRuntimeException silent) {
            log.debug("a voter does not answer voter={}", voter, silent);
            return Optional.empty();
        }
    }

    private RaftRpcRequestProto.Builder message(RaftPeerId from, RaftPeerId to) {
        return RaftRpcRequestProto.newBuilder()
                .setRequestorId(from.toByteString())
                .setReplyId(to.toByteString())
                .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(group.toByteString()));
    }

    /// Has this node stand for election in the place of a leader that is gone, as if that one had
    /// asked for it before it left.
    void startElection(RaftPeerId gone, long term) {
        var request =
                StartLeaderElectionRequestProto.newBuilder()
                        .setServerRequest(message(gone, self))
                        .setLeaderLastEntry(
                                TermIndexProto.newBuilder()
                                        .setTerm(term)
                                        .setIndex(division.getRaftLog().getNextIndex() - 1))
                        .build();
        try {
            server.startLeaderElection(request);
        } catch (IOException refused) {
            // The election timeout does the same a little later.
            log.debug("no election was begun gone={}", gone, refused);
        }
    }

    /// {@return the members; `matchIndexes` is what the leader knows of them}
    List<Member> members(Map<RaftPeerId, Long> matchIndexes) {
        var conf = division.getRaftConf();
        var members = new ArrayList<Member>();
        for (var role : List.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)) {
            for (var peer : conf.getCurrentPeers(role)) {
                var id = peer.getId();
                members.add(
                        new Member(
                                nodeOf(id),
                                id.toString(),
                                role == RaftPeerRole.LISTENER ? Role.LISTENER : Role.VOTER,
                                id.equals(self) && division.getInfo().isLeader()
                                        ? lastIndex()
                                        : matchIndexes.getOrDefault(id, -1L)));
            }
        }
        return members;
    }

    /// Notes how far the log is committed and here. Called after each entry, and from time to time.
    synchronized void acknowledge() {
        var log = division.getRaftLog();
        var index = Math.min(log.getLastCommittedIndex(), log.getFlushIndex());
        if (index > acknowledged) {
            memory.acknowledge(index);
            acknowledged = index;
        }
    }

    private long lastIndex() {
        var log = division.getRaftLog();
        var last = log.getLastEntryTermIndex();
        return Math.max(last == null ? -1 : last.getIndex(), log.getSnapshotIndex());
    }

    /// {@return the node whose incarnation a peer is}
    static NodeId nodeOf(RaftPeerId peer) {
        var name = peer.toString();
        return new NodeId(name.substring(0, name.lastIndexOf('.')));
    }

    static RaftPeerId peerId(NodeId node, long incarnation) {
        return RaftPeerId.valueOf(node + "." + incarnation);
    }

    /// {@return the number of the incarnation that a peer is}
    static long incarnationOf(RaftPeerId peer) {
        var name = peer.toString();
        return Long.parseLong(name.substring(name.lastIndexOf('.') + 1));
    }

    static RaftPeer peer(RaftPeerId id, HostPort address, Role role) {
        return RaftPeer.newBuilder()
                .setId(id)
                .setAddress(address.toString())
                .setStartupRole(
                        role == Role.LISTENER ? RaftPeerRole.LISTENER : RaftPeerRole.FOLLOWER)
                .build();
    }

    /// Returns when the log, its storage and the port are closed. The threads of Ratis' connections
    /// end by themselves: they first listen for two seconds whether there is more for them to do.
    @Override
    public void close() {
        division.close();
        CompletableFuture.anyOf(portClosed, CompletableFuture.runAsync(this::end, ENDING)).join();
        memory.close();
    }

    private void end() {
        try {
            server.close();
        } catch (IOException | RuntimeException failed) {
            log.warn("the Raft server of {} did not end as it should: {}", self, failed, failed);
        }
    }
}
