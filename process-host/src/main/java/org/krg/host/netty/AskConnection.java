// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.host.proto.PeerWire.Answer;
import org.krg.host.proto.PeerWire.Ask;

/// A connection to the service `asks` of another node. Many questions wait at once; one that waits
/// too long ends the connection, whose other side may be gone without a word.
final class AskConnection extends ChannelInboundHandlerAdapter {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(8);

    private final Channel channel;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<Answer>> waiting = new ConcurrentHashMap<>();

    private AskConnection(Channel channel) {
        this.channel = channel;
    }

    /// Takes a connection over.
    static AskConnection of(Channel channel) {
        var connection = new AskConnection(channel);
        channel.pipeline().addLast(Frames.decoder(AskService.MAX_BYTES), connection);
        channel.config().setAutoRead(true);
        return connection;
    }

    boolean isOpen() {
        return channel.isActive();
    }

    CompletableFuture<Answer> ask(Ask.Builder ask) {
        var id = ids.incrementAndGet();
        var answer = new CompletableFuture<Answer>();
        waiting.put(id, answer);
        Frames.send(channel, ask.setId(id).build())
                .addListener(sent -> {
                    if (!sent.isSuccess()) {
                        answer.completeExceptionally(sent.cause());
                    }
                });
        return answer.orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, failure) -> {
                    waiting.remove(id);
                    if (failure != null) {
                        var _ = channel.close();
                    }
                });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        var answer = Answer.parseFrom(Frames.take(message));
        var asked = waiting.remove(answer.getId());
        if (asked != null) {
            asked.complete(answer);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        waiting.values()
                .forEach(answer -> answer.completeExceptionally(new AskFailed("connection lost")));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
