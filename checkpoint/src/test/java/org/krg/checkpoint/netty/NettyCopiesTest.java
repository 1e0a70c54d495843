// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.MemoryReader;
import org.krg.checkpoint.engine.Baselines;
import org.krg.checkpoint.engine.Staging;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.state.model.NodeId;

/// Real connections to the chunks of another node.
@Timeout(60)
final class NettyCopiesTest {
    private static final NodeId OTHER = new NodeId("other");
    private static final byte[] CONTENT = {1, 2, 3};
    private static final ChunkHash HASH = ChunkHash.of(CONTENT);

    @TempDir private Path directory;
    private final EventLoopGroup threads =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final DefaultChannelGroup served =
            new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger opened = new AtomicInteger();
    private Channel listener;
    private NettyCopies copies;

    @BeforeEach
    void connect() throws IOException {
        var here = directory.resolve("here");
        var there = directory.resolve("there");
        var store = FileChunkStore.open(there, 1);
        try (var writing = store.begin()) {
            writing.add(HASH, CONTENT);
            writing.commit();
        }
        var staging = new Staging(store, new Baselines(there, () -> Instant.EPOCH));
        var config = CheckpointConfig.defaults(there, there);
        listener =
                new ServerBootstrap()
                        .group(threads)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                initially(channel -> {
                                    served.add(channel);
                                    channel.pipeline()
                                            .addLast(
                                                    new ChunkService(
                                                            store,
                                                            staging,
                                                            MemoryReader.NONE,
                                                            config));
                                }))
                        .bind("127.0.0.1", 0)
                        .syncUninterruptibly()
                        .channel();
        copies = new NettyCopies(_ -> open(), FileChunkStore.open(here, 1), config);
    }

    private interface Setting {
        void set(Channel channel);
    }

    private static ChannelHandler initially(Setting setting) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                setting.set(channel);
            }
        };
    }

    private Channel open() throws IOException {
        opened.incrementAndGet();
        var connected =
                new Bootstrap()
                        .group(threads)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.AUTO_READ, false)
                        .handler(initially(_ -> {}))
                        .connect(listener.localAddress())
                        .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            throw new IOException("nobody listens", connected.cause());
        }
        return connected.channel();
    }

    @AfterEach
    void end() {
        threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void oneConnectionIsForManyQuestions() throws IOException {
        assertThat(ask()).containsExactly(HASH);
        assertThat(ask()).containsExactly(HASH);

        assertThat(opened).hasValue(1);
    }

    @Test
    void whatWasPreparedNeedsNoOther() throws IOException {
        copies.prepare(OTHER);
        assertThat(opened).hasValue(1);

        assertThat(ask()).containsExactly(HASH);

        assertThat(opened).hasValue(1);
    }

    @Test
    void anIdleConnectionThatTheOtherSideHasEndedIsMadeAgain() throws IOException {
        assertThat(ask()).containsExactly(HASH);
        served.close().syncUninterruptibly();

        assertThat(ask()).containsExactly(HASH);

        assertThat(opened).hasValue(2);
    }

    @Test
    void whoIsOutOfReachIsNotAskedOverAnIdleConnection() throws IOException {
        assertThat(ask()).containsExactly(HASH);
        stopListening();
        copies.prepare(OTHER);

        assertThatThrownBy(this::ask).hasMessageContaining("nobody listens");
        assertThat(opened).hasValue(3);
    }

    @Test
    void whoIsOutOfReachIsSoAfterItWasNot() throws IOException {
        assertThat(ask()).containsExactly(HASH);
        stopListening();
        served.close().syncUninterruptibly();

        assertThatThrownBy(this::ask).hasMessageContaining("nobody listens");
        copies.prepare(OTHER);
    }

    // The kernel still takes connections until the selector is done with the socket.
    private void stopListening() {
        var address = listener.localAddress();
        listener.close().syncUninterruptibly();
        await().until(() -> {
            try (var socket = new Socket()) {
                socket.connect(address);
                return false;
            } catch (ConnectException refused) {
                return true;
            }
        });
    }

    private List<ChunkHash> ask() throws IOException {
        return copies.find(OTHER, List.of(HASH)).stream().map(Chunk::hash).toList();
    }
}
