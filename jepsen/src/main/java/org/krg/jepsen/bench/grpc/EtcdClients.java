// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Waiting;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.state.model.HostPort;

/// The thread that serves all connections to servers with the etcd v3 API.
public final class EtcdClients implements AutoCloseable {
    private final EventLoopGroup loop;
    private final Class<? extends Channel> type;
    private final int valueBytes;

    /// @param valueBytes length of the values that are written
    public EtcdClients(int valueBytes) {
        this.valueBytes = valueBytes;
        var epoll = Epoll.isAvailable();
        this.loop =
                new MultiThreadIoEventLoopGroup(
                        1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.type = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /// Connects to a server.
    public Connection connect(HostPort server) throws InterruptedException {
        return EtcdConnection.open(loop.next(), type, server, valueBytes);
    }

    /// {@return whether a server leads; empty when it does not answer} An interrupt is kept and
    /// counts as no answer.
    public Optional<Boolean> leads(HostPort server) {
        try (var connection = EtcdConnection.open(loop.next(), type, server, valueBytes)) {
            return Optional.of(Waiting.on(connection.isLeader(), Duration.ofSeconds(5)));
        } catch (CampaignFailed doesNotAnswer) {
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
