// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.krg.state.ConnectionLimits;
import org.krg.state.MutualTls;

/// Who may speak Raft to this node, and how much of it.
final class RaftSecurity {
    /// Calls at once on one connection: a leader has one stream for entries, one for heartbeats,
    /// some for snapshots and reads.
    private static final int MOST_CALLS = 256;

    /// Streams that one connection may cut off within so many seconds.
    private static final int MOST_RESETS = 200;

    private static final int RESET_SECONDS = 30;

    private static final int METADATA_BYTES = 8 * 1024;

    private RaftSecurity() {}

    /// Limits what a connection may take. Part of every server, with TLS or without.
    ///
    /// @param closed run when the port has been closed
    static void limit(Parameters parameters, ConnectionLimits limits, Runnable closed) {
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters, (builder, types) -> limited(builder, limits, closed));
    }

    /// As [#limit]; in addition only nodes of the cluster may speak, each for itself alone.
    static void protect(
            Parameters parameters, ConnectionLimits limits, Runnable closed, MutualTls tls) {
        GrpcConfigKeys.TLS.setConf(
                parameters,
                GrpcTlsConfig.newBuilder()
                        .setName("krg-raft")
                        .setKeyManager(tls.keys())
                        .setTrustManager(tls.trust())
                        .setMutualTls(true)
                        .setSslProvider(SslProvider.JDK)
                        .setProtocols(MutualTls.VERSION)
                        .build());
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters,
                (builder, types) ->
                        limited(builder, limits, closed)
                                .intercept(new SenderCheck(tls.believed())));
    }

    private static NettyServerBuilder limited(
            NettyServerBuilder builder, ConnectionLimits limits, Runnable closed) {
        return builder.channelFactory(ConnectionGate.ports(limits, closed))
                .handshakeTimeout(ConnectionLimits.FIRST_WORD.toMillis(), TimeUnit.MILLISECONDS)
                .maxConcurrentCallsPerConnection(MOST_CALLS)
                .maxInboundMetadataSize(METADATA_BYTES)
                .maxRstFramesPerWindow(MOST_RESETS, RESET_SECONDS);
    }
}
