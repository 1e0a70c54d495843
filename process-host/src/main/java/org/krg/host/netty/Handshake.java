// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.Optional;
import org.krg.host.proto.PeerWire.Hello;
import org.krg.state.MutualTls;
import org.krg.state.model.CertificateName;
import org.krg.state.model.NodeId;

/// The words of the handshake, and who the certificates say is there.
final class Handshake {
    static final int VERSION = 2;

    /// A message of the handshake is some hundred bytes long.
    static final int MAX_BYTES = 4_096;

    /// The name of the handler that cuts its messages.
    static final String FRAMES = "handshake-frames";

    private Handshake() {}

    static Hello hello(PeerConfig config, NodeId to, String service) {
        return Hello.newBuilder()
                .setVersion(VERSION)
                .setCluster(config.cluster().toString())
                .setFrom(config.self().name())
                .setTo(to.name())
                .setService(service)
                .build();
    }

    /// {@return the node whose certificate the other side showed}
    static Optional<NodeId> findPeer(Channel channel) {
        return findName(channel).flatMap(CertificateName::node);
    }

    /// {@return whom the certificate names that the other side showed}
    static Optional<CertificateName> findName(Channel channel) {
        var encryption = channel.pipeline().get(SslHandler.class);
        return MutualTls.findPeer(encryption.engine().getSession());
    }
}
