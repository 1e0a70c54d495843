// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.MemoryReader;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.engine.Baselines;
import org.krg.checkpoint.engine.Staging;
import org.krg.checkpoint.files.Disk;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// A node that takes longer to have a copy on its disk than a node may be silent, by real
/// connections. One that is at work is waited for, one that is silent is not.
@Timeout(60)
final class SlowDiskTest {
    private static final NodeId OTHER = new NodeId("other");
    private static final GenerationId ID = new GenerationId(new ProcessId(7), 1);
    private static final byte[] CONTENT = {1, 2, 3};
    private static final ChunkHash HASH = ChunkHash.of(CONTENT);
    private static final Duration SILENCE = Duration.ofMillis(300);

    /// As many as come in much longer than [#SILENCE].
    private static final int SIGNS = 12;

    @TempDir private Path directory;
    private final EventLoopGroup threads =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final CountDownLatch signs = new CountDownLatch(SIGNS);
    private final CountDownLatch written = new CountDownLatch(1);
    private FileChunkStore here;

    @BeforeEach
    void save() throws IOException {
        here = FileChunkStore.open(directory.resolve("here"), 1);
        try (var writing = here.begin()) {
            writing.add(HASH, CONTENT);
            writing.commit();
        }
    }

    @AfterEach
    void end() {
        written.countDown();
        threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsAtWorkIsWaitedFor(boolean stages) throws IOException {
        var config = config(Duration.ofSeconds(60));
        var store = there(file -> await(signs));

        keep(config, service(store, config), stages, bytes -> count(bytes));

        assertThat(store.stored()).extracting(StoredManifest::id).containsExactly(ID);
        assertThat(store.find(HASH)).contains(CONTENT);
    }

    @Test
    void whoIsSilentFromTheBeginningIsGivenUp() {
        assertThatThrownBy(() -> keep(config(Duration.ofSeconds(60)), _ -> {}, false, this::count))
                .hasMessageContaining("no answer");
    }

    @Test
    void whoFallsSilentWhileItIsAtWorkIsGivenUp() {
        Consumer<Channel> falls =
                channel -> {
                    var conversation = new Conversation(channel, 1, SILENCE.multipliedBy(20));
                    conversation.attach();
                    Thread.startVirtualThread(() -> speak(conversation));
                };

        assertThatThrownBy(() -> keep(config(Duration.ofSeconds(60)), falls, false, this::count))
                .hasMessageContaining("no answer");
        assertThat(signs.getCount()).isEqualTo(SIGNS - 1);
    }

    private static void speak(Conversation conversation) {
        try {
            var _ = conversation.receive();
            conversation.send(new Frame.Get(List.of(), false));
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void aDiskThatTakesWithoutAnEndIsGivenUp() throws IOException {
        var config = config(Duration.ofMillis(1_500));
        var store = there(file -> await(written));

        assertThatThrownBy(() -> keep(config, service(store, config), false, this::count))
                .hasMessageContaining("its disk takes more than 1 s");
    }

    private void count(long bytes) {
        if (bytes == 0) {
            signs.countDown();
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(50, TimeUnit.SECONDS)) {
                throw new IOException("nothing came");
            }
        } catch (InterruptedException stop) {
            throw new IOException(stop);
        }
    }

    private FileChunkStore there(Disk disk) throws IOException {
        return FileChunkStore.open(directory.resolve("there"), 1, StoreKeys.NONE, disk);
    }

    private Consumer<Channel> service(FileChunkStore store, CheckpointConfig config) {
        var staging = new Staging(store, new Baselines(directory, () -> Instant.EPOCH));
        return channel ->
                channel.pipeline()
                        .addLast(new ChunkService(store, staging, MemoryReader.NONE, config));
    }

    private CheckpointConfig config(Duration dumpLimit) {
        return new CheckpointConfig(
                directory,
                directory,
                List.of("criu"),
                1,
                Duration.ofSeconds(1),
                dumpLimit,
                SILENCE,
                1);
    }

    private void keep(
            CheckpointConfig config, Consumer<Channel> serving, boolean stages, LongConsumer sent)
            throws IOException {
        var listener =
                new ServerBootstrap()
                        .group(threads)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(initially(serving))
                        .bind("127.0.0.1", 0)
                        .syncUninterruptibly()
                        .channel();
        var copies = new NettyCopies(_ -> open(listener), here, config);
        copies.keep(OTHER, ID, ManifestCodec.encode(manifest()), stages, sent);
    }

    private Channel open(Channel listener) {
        return new Bootstrap()
                .group(threads)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .handler(initially(_ -> {}))
                .connect(listener.localAddress())
                .syncUninterruptibly()
                .channel();
    }

    private static ChannelHandler initially(Consumer<Channel> setting) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                setting.accept(channel);
            }
        };
    }

    private static Manifest manifest() {
        var nothing = new Content(0, HashTree.EMPTY);
        return new Manifest(
                ID,
                new Epoch(1),
                Instant.EPOCH,
                new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", ""),
                300,
                new StreamSizes(0, 0),
                true,
                List.of(
                        new Entry(
                                Kind.IMAGE,
                                "pages-1.img",
                                0600,
                                0,
                                0,
                                new Content(CONTENT.length, HASH)),
                        new Entry(Kind.STDOUT, "", 0600, 0, 0, nothing),
                        new Entry(Kind.STDERR, "", 0600, 0, 0, nothing)),
                List.of(),
                List.of());
    }
}
