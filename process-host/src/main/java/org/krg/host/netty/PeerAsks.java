// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.krg.host.FileAnswer;
import org.krg.host.FileQuestion;
import org.krg.host.ProgramQuestion;
import org.krg.host.TakeOver;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.host.engine.Renewals;
import org.krg.host.model.PageAddress;
import org.krg.host.proto.PeerWire;
import org.krg.host.proto.PeerWire.Answer;
import org.krg.host.proto.PeerWire.Ask;
import org.krg.host.proto.PeerWire.DigestQuestion;
import org.krg.host.proto.PeerWire.Renewal;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.LeaderLink;
import org.krg.state.model.LeaseId;
import org.krg.state.model.NodeId;

/// Asks other nodes, by one connection to each that is kept while it lasts. Safe for use from any
/// thread.
public final class PeerAsks implements LeaderLink {
    private final PeerPort port;
    private final Map<NodeId, CompletableFuture<AskConnection>> connections =
            new ConcurrentHashMap<>();

    public PeerAsks(PeerPort port) {
        this.port = port;
    }

    @Override
    public CompletableFuture<byte[]> ask(NodeId leader, byte[] request) {
        return ask(leader, Ask.newBuilder().setState(ByteString.copyFrom(request)))
                .thenApply(AskCodec::state);
    }

    /// Asks a node whether it has a program.
    public CompletableFuture<ProgramFacts> probe(NodeId node, ProgramQuestion question) {
        return ask(node, Ask.newBuilder().setProbe(AskCodec.encode(question)))
                .thenApply(AskCodec::facts);
    }

    /// Asks the leader for another term of a node's lease.
    public CompletableFuture<Renewals.Answer> renew(NodeId leader, NodeId node, long agentStarts) {
        var renewal = Renewal.newBuilder().setNode(node.name()).setAgentStarts(agentStarts);
        return ask(leader, Ask.newBuilder().setRenewal(renewal)).thenApply(AskCodec::renewal);
    }

    /// Asks the leader how long users' leases last, and has it renew them first if so wished.
    public CompletableFuture<List<Term>> terms(
            NodeId leader, List<LeaseId> leases, boolean renews) {
        return ask(leader, Ask.newBuilder().setLeases(AskCodec.question(leases, renews)))
                .thenApply(AskCodec::terms);
    }

    /// Asks a node where its page messages go.
    public CompletableFuture<PageAddress> pagePort(NodeId node) {
        var question = PeerWire.PagePortQuestion.getDefaultInstance();
        return ask(node, Ask.newBuilder().setPagePort(question)).thenApply(AskCodec::pagePort);
    }

    /// Asks a node for the digest of its rows, as [AskService.Asked#digest] says.
    public CompletableFuture<StateHash> digest(NodeId node, long after) {
        return ask(node, Ask.newBuilder().setDigest(DigestQuestion.newBuilder().setAfter(after)))
                .thenApply(AskCodec::digest);
    }

    /// Asks the node of a segment's file to do something about it.
    public CompletableFuture<FileAnswer> file(NodeId node, FileQuestion question) {
        return ask(node, Ask.newBuilder().setFile(FileCodec.encode(question)))
                .thenApply(FileCodec::decode);
    }

    /// Asks a node to take pages of this one, which ends.
    public CompletableFuture<TakeOver.Answer> takeOver(NodeId node, TakeOver question) {
        return ask(node, Ask.newBuilder().setTakeOver(TakeOverCodec.encode(question)))
                .thenApply(TakeOverCodec::decode);
    }

    private CompletableFuture<Answer> ask(NodeId node, Ask.Builder ask) {
        return connection(node)
                .handle((connection, failure) -> {
                    if (connection == null) {
                        throw new Unsent("node " + node + " is out of reach", cause(failure));
                    }
                    return connection;
                })
                .thenCompose(connection -> connection.ask(ask));
    }

    private CompletableFuture<AskConnection> connection(NodeId node) {
        return connections.compute(node, (_, present) -> isUsable(present) ? present : open(node));
    }

    private static boolean isUsable(@Nullable CompletableFuture<AskConnection> present) {
        if (present == null || present.isCompletedExceptionally()) {
            return false;
        }
        return !present.isDone() || present.join().isOpen();
    }

    private CompletableFuture<AskConnection> open(NodeId node) {
        return port.connect(node, AskService.NAME).thenApply(AskConnection::of);
    }

    private static Throwable cause(@Nullable Throwable failure) {
        return failure == null ? new AskFailed("no connection") : failure;
    }
}
