// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import java.util.function.Predicate;
import org.krg.state.model.CertificateName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends a connection as soon as something comes from a node that was removed since the handshake.
final class StillBelieved extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(StillBelieved.class);

    private final Predicate<CertificateName> believed;
    private Optional<CertificateName> peer = Optional.empty();

    StillBelieved(Predicate<CertificateName> believed) {
        this.believed = believed;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (peer.isEmpty()) {
            peer = Handshake.findName(context.channel());
        }
        if (peer.filter(believed).isPresent()) {
            context.fireChannelRead(message);
            return;
        }
        ReferenceCountUtil.release(message);
        if (context.channel().isActive()) {
            log.warn("connection of a removed node ended peer={}", peer);
            var _ = context.close();
        }
    }
}
