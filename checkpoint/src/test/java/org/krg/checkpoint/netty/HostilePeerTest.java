// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.MemoryReader;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.engine.Baselines;
import org.krg.checkpoint.engine.Staging;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

/// A node with a good certificate that has gone bad: what it asks to be kept, with the images
/// written ahead as in a move, is refused and leaves nothing. By a real connection.
@Timeout(60)
final class HostilePeerTest {
    private static final GenerationId ID = new GenerationId(new ProcessId(7), 1);
    private static final byte[] CHUNK = new byte[HashTree.CHUNK_BYTES];
    private static final Content CONTENT = new Content(CHUNK.length, ChunkHash.of(CHUNK));

    @TempDir private Path directory;
    private final EventLoopGroup threads =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private Path images;
    private Channel listener;

    @BeforeEach
    void listen() throws IOException {
        images = directory.resolve("images");
        var store = FileChunkStore.open(images, 1);
        var staging = new Staging(store, new Baselines(images, () -> Instant.EPOCH));
        var config = CheckpointConfig.defaults(images, images);
        var service =
                new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        new ChunkService(
                                                store, staging, MemoryReader.NONE, config));
                    }
                };
        listener =
                new ServerBootstrap()
                        .group(threads)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(service)
                        .bind("127.0.0.1", 0)
                        .syncUninterruptibly()
                        .channel();
    }

    @AfterEach
    void end() {
        threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @ParameterizedTest
    @CsvSource({
        "IMAGE, ../../outside, 384",
        "IMAGE, /etc/cron.d/x, 384",
        "IMAGE, core.img, 2541",
        "FILE, /a/../../etc/shadow, 384",
        "FILE, relative, 384",
        "APPENDED, /proc/sysrq-trigger, 384",
        "DIRECTORY, /a/with/content, 448",
        "LINK, /sys/power/state, 511"
    })
    void aManifestThatLeadsElsewhereIsRefusedBeforeAChunkIsAskedFor(
            Kind kind, String name, int mode) throws IOException {
        var before = listing();
        var manifest = manifest(ID, List.of(new Entry(kind, name, mode, 0, 0, CONTENT)));

        assertThatThrownBy(() -> keep(manifest, CHUNK)).hasMessageContaining("what is not done");

        assertThat(listing()).isEqualTo(before);
    }

    @Test
    void aChunkThatIsAnotherOneIsNotKept() throws IOException {
        var before = listing();
        var manifest = manifest(ID, List.of(image()));
        var other = CHUNK.clone();
        other[17] = 1;

        assertThatThrownBy(() -> keep(manifest, other)).hasMessageContaining("no good copy");

        assertThat(listing()).isEqualTo(before);
    }

    @Test
    void aManifestOfAnotherGenerationIsRefused() throws IOException {
        var before = listing();
        var other = manifest(new GenerationId(new ProcessId(8), 1), List.of(image()));

        assertThatThrownBy(() -> keep(other, CHUNK)).hasMessageContaining("is of 8.1, not 7.1");

        assertThat(listing()).isEqualTo(before);
    }

    @Test
    void whatIsGoodIsKept() throws IOException {
        keep(manifest(ID, List.of(image())), CHUNK);
        assertThat(listing()).anyMatch(path -> path.startsWith("images/manifests/7.1."));
    }

    /// Asks for a copy and sends `chunk` for whatever is asked for.
    private void keep(Manifest manifest, byte[] chunk) throws IOException {
        var channel =
                new Bootstrap()
                        .group(threads)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.AUTO_READ, false)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {}
                                })
                        .connect(listener.localAddress())
                        .syncUninterruptibly()
                        .channel();
        try (var conversation = new Conversation(channel, 1, Duration.ofSeconds(20)).attach()) {
            conversation.send(new Frame.Keep(ID, ManifestCodec.encode(manifest), true, false));
            while (true) {
                switch (conversation.receive()) {
                    case Frame.Get(var hashes, _) -> {
                        var chunks = new ArrayList<Chunk>();
                        hashes.forEach(hash -> chunks.add(new Chunk(hash, chunk)));
                        conversation.send(new Frame.Block(chunks));
                    }
                    case Frame.Kept() -> {
                        return;
                    }
                    case Frame other -> throw Conversation.unexpected(other);
                }
            }
        }
    }

    private static Entry image() {
        return new Entry(Kind.IMAGE, "pages-1.img", 0600, 0, 0, CONTENT);
    }

    private static Manifest manifest(GenerationId id, List<Entry> entries) {
        var all = new ArrayList<>(entries);
        for (var kind : List.of(Kind.STDOUT, Kind.STDERR)) {
            all.add(new Entry(kind, "", 0600, 0, 0, new Content(0, HashTree.EMPTY)));
        }
        return new Manifest(
                id,
                new Epoch(1),
                Instant.EPOCH,
                new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", ""),
                300,
                new StreamSizes(0, 0),
                true,
                all,
                List.of(),
                List.of());
    }

    /// {@return all that is below the test's directory; packs that are being written are gone when
    /// the answer is there}
    private List<String> listing() throws IOException {
        try (var all = Files.walk(directory)) {
            return all.map(path -> directory.relativize(path).toString()).sorted().toList();
        }
    }
}
