// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.krg.host.FileAnswer;
import org.krg.host.FileQuestion;
import org.krg.host.ProgramQuestion;
import org.krg.host.TakeOver;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.host.engine.Renewals;
import org.krg.host.model.PageAddress;
import org.krg.host.proto.PeerWire.Answer;
import org.krg.host.proto.PeerWire.Ask;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.ClusterStore.AlreadyApplied;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.model.LeaseId;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service `asks` of this node: a handler for one connection.
public final class AskService extends ChannelInboundHandlerAdapter {
    /// The name of the service.
    public static final String NAME = "asks";

    /// An operation of the state store has at most 1 MiB.
    static final int MAX_BYTES = 2 << 20;

    private static final Logger log = LoggerFactory.getLogger(AskService.class);

    private final Asked asked;
    private final Executor executor;

    /// Who answers.
    public interface Asked {
        /// Answers a message of another node's state store.
        CompletableFuture<byte[]> state(byte[] request);

        /// {@return whether this machine has a program} May block.
        ProgramFacts probe(ProgramQuestion question);

        /// Renews the lease of a node, as the leader.
        CompletableFuture<Renewals.Answer> renew(NodeId node, long agentStarts);

        /// {@return how long users' leases last} Renews them first if asked to. As the leader.
        CompletableFuture<List<Term>> terms(List<LeaseId> leases, boolean renews);

        /// {@return where page messages go to this node, and the key for it}
        PageAddress pagePort();

        /// {@return the digest of this node's rows} As they are for 0, otherwise as
        /// [org.krg.state.ClusterStore#hashAfter] says.
        CompletableFuture<StateHash> digest(long after);

        /// Does something about the file of a segment, which is on this node.
        CompletableFuture<FileAnswer> file(FileQuestion question);

        /// Takes pages of a node that ends. May block for some seconds.
        TakeOver.Answer takeOver(TakeOver question);
    }

    /// @param executor for what blocks
    public AskService(Asked asked, Executor executor) {
        this.asked = asked;
        this.executor = executor;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        var decoder = Frames.decoder(MAX_BYTES);
        var _ = context.pipeline().addBefore(context.name(), null, decoder);
    }

    /// A node that asks and does not read what it is answered is not read either.
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(context.channel().isWritable());
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        var ask = Ask.parseFrom(Frames.take(message));
        var _ = answer(ask).whenComplete((answer, failure) -> reply(context, ask, answer, failure));
    }

    private CompletableFuture<Answer.Builder> answer(Ask ask) {
        try {
            return switch (ask.getAskCase()) {
                case STATE -> asked.state(ask.getState().toByteArray()).thenApply(AskCodec::encode);
                case RENEWAL ->
                        asked.renew(
                                        new NodeId(ask.getRenewal().getNode()),
                                        ask.getRenewal().getAgentStarts())
                                .thenApply(AskCodec::encode);
                case LEASES ->
                        asked.terms(AskCodec.leases(ask.getLeases()), ask.getLeases().getRenews())
                                .thenApply(AskCodec::encode);
                case PROBE -> {
                    var question = AskCodec.decode(ask.getProbe());
                    yield CompletableFuture.supplyAsync(
                            () -> AskCodec.encode(asked.probe(question)), executor);
                }
                case PAGE_PORT ->
                        CompletableFuture.completedFuture(AskCodec.encode(asked.pagePort()));
                case DIGEST ->
                        asked.digest(ask.getDigest().getAfter())
                                .thenApply(AskCodec::encode)
                                .exceptionallyCompose(AskService::late);
                case FILE ->
                        asked.file(FileCodec.decode(ask.getFile())).thenApply(FileCodec::encode);
                case TAKE_OVER -> {
                    var question = TakeOverCodec.decode(ask.getTakeOver());
                    yield CompletableFuture.supplyAsync(
                            () -> TakeOverCodec.encode(asked.takeOver(question)), executor);
                }
                case ASK_NOT_SET ->
                        CompletableFuture.failedFuture(new AskFailed("nothing known is asked"));
            };
        } catch (RuntimeException nonsense) {
            return CompletableFuture.failedFuture(nonsense);
        }
    }

    private static CompletableFuture<Answer.Builder> late(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof AlreadyApplied late
                ? CompletableFuture.completedFuture(AskCodec.encode(late))
                : CompletableFuture.failedFuture(failure);
    }

    private static void reply(
            ChannelHandlerContext context,
            Ask ask,
            Answer.@Nullable Builder answer,
            @Nullable Throwable failure) {
        var said = answer == null ? Answer.newBuilder().setFailed("" + failure) : answer;
        var _ = Frames.send(context.channel(), said.setId(ask.getId()).build());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("connection of a peer failed", cause);
        var _ = context.close();
    }
}
