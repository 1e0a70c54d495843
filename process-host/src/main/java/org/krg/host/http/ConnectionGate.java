// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.TimeUnit;
import org.krg.state.ConnectionLimits;

/// Closes connections to the API that are too many, and those from which nothing comes at all. What
/// comes too slowly afterwards is Armeria's to end: a handshake after 10 s, an idle connection
/// after 15 s.
final class ConnectionGate extends ChannelInboundHandlerAdapter {
    private final ConnectionLimits limits;
    private boolean heard;

    private ConnectionGate(ConnectionLimits limits) {
        this.limits = limits;
    }

    /// Puts a gate before everything else of a new connection.
    static void guard(ChannelPipeline pipeline, ConnectionLimits limits) {
        var channel = pipeline.channel();
        var from = channel.remoteAddress();
        if (!limits.enter(from)) {
            var _ = channel.close();
            return;
        }
        channel.closeFuture().addListener(_ -> limits.leave(from));
        var gate = new ConnectionGate(limits);
        pipeline.addFirst(gate);
        var _ =
                channel.eventLoop()
                        .schedule(
                                () -> gate.endIfSilent(pipeline),
                                ConnectionLimits.FIRST_WORD.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    private void endIfSilent(ChannelPipeline pipeline) {
        if (!heard && pipeline.channel().isActive()) {
            limits.silent();
            var _ = pipeline.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        heard = true;
        context.fireChannelRead(message);
        context.pipeline().remove(this);
    }
}
