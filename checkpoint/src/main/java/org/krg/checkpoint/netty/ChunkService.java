// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.MemoryReader;
import org.krg.checkpoint.codec.MalformedManifest;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.ManifestCheck;
import org.krg.checkpoint.engine.Background;
import org.krg.checkpoint.engine.ChunkStore;
import org.krg.checkpoint.engine.ChunkStore.Published;
import org.krg.checkpoint.engine.Completion;
import org.krg.checkpoint.engine.Staging;
import org.krg.checkpoint.engine.Stopwatch;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service `chunks` of this node: a handler for one connection, which is added to the pipeline
/// when the handshake is done. The work is done by a virtual thread of the connection.
public final class ChunkService extends ChannelInboundHandlerAdapter {
    /// The name of the service.
    public static final String NAME = "chunks";

    private static final Logger log = LoggerFactory.getLogger(ChunkService.class);

    /// A client that has asked for nothing for so long has forgotten the connection.
    private static final Duration IDLE_LIMIT = Duration.ofMinutes(10);

    private final ChunkStore store;
    private final Staging staging;
    private final MemoryReader memory;
    private final CheckpointConfig config;

    /// @param staging writes the images of programs that are about to arrive
    /// @param memory of programs that have left this node, or are about to
    public ChunkService(
            ChunkStore store, Staging staging, MemoryReader memory, CheckpointConfig config) {
        this.store = store;
        this.staging = staging;
        this.memory = memory;
        this.config = config;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        var channel = context.channel();
        var conversation =
                new Conversation(channel, config.compressionLevel(), config.peerLimit()).attach();
        Thread.ofVirtual()
                .name("chunks-" + channel.id().asShortText())
                .start(() -> serve(conversation));
    }

    private void serve(Conversation conversation) {
        try (conversation) {
            while (true) {
                answer(conversation, conversation.receive(IDLE_LIMIT));
            }
        } catch (IOException ended) {
            log.debug("a connection for chunks has ended reason={}", ended.getMessage());
        }
    }

    private void answer(Conversation conversation, Frame request) throws IOException {
        try {
            switch (request) {
                case Frame.Get(var hashes, var encrypted) -> {
                    requireKeptAsHere(encrypted);
                    conversation.send(new Frame.Block(find(hashes)));
                }
                case Frame.Find(var id, var digest, var encrypted) -> {
                    requireKeptAsHere(encrypted);
                    conversation.send(
                            new Frame.Found(store.findManifest(id, digest).orElse(new byte[0])));
                }
                case Frame.Keep keep -> {
                    keep(conversation, keep);
                    conversation.send(new Frame.Kept());
                }
                case Frame.Read(var process, var epoch, var pages) ->
                        conversation.send(new Frame.Pages(memory.read(process, epoch, pages)));
                case Frame.Block _, Frame.Found _, Frame.Kept _, Frame.Pages _, Frame.Refused _ ->
                        throw Conversation.unexpected(request);
            }
        } catch (IOException | MalformedManifest failure) {
            log.warn(
                    "cannot serve chunks request={} reason={}",
                    name(request),
                    failure.getMessage());
            conversation.send(new Frame.Refused(String.valueOf(failure.getMessage())));
            conversation.awaitEnd();
            throw new IOException("refused", failure);
        }
    }

    private static String name(Frame request) {
        return request.getClass().getSimpleName();
    }

    private List<Chunk> find(List<ChunkHash> hashes) throws IOException {
        var found = new ArrayList<Chunk>();
        for (var hash : hashes) {
            store.find(hash).ifPresent(content -> found.add(new Chunk(hash, content)));
        }
        return found;
    }

    // What is encrypted on one disk is in the clear on none.
    private void requireKeptAsHere(boolean encrypted) throws IOException {
        if (store.isEncrypted() && !encrypted) {
            throw new IOException(
                    "this node encrypts the checkpoints it keeps, and the one that asks does not:"
                            + " set checkpoint.encrypt = true there");
        }
    }

    private void keep(Conversation conversation, Frame.Keep keep) throws IOException {
        if (keep.encrypted() && !store.isEncrypted()) {
            throw new IOException(
                    "the copy is to be encrypted, and this node does not encrypt the checkpoints it"
                            + " keeps: set checkpoint.encrypt = true here");
        }
        var manifest = ManifestCodec.decode(keep.manifest());
        if (!manifest.id().equals(keep.id())) {
            throw new IOException("the manifest is of " + manifest.id() + ", not " + keep.id());
        }
        var problem = ManifestCheck.problem(manifest);
        if (problem.isPresent()) {
            throw new IOException("the manifest asks for what is not done: " + problem.get());
        }
        var watch = new Stopwatch();
        var digest = ManifestCodec.digest(keep.manifest());
        var sender = new Sender(conversation);
        Published published;
        try (var writing = store.begin()) {
            new Completion(store, writing, sender).run(manifest);
            published = writing.publish(keep.id(), digest, keep.manifest());
        }
        watch.lap("store");
        var durable = new Background(published::sync);
        try {
            if (keep.stages()) {
                sender.await(new Background(() -> staging.stage(manifest, digest)));
                watch.lap("images");
            }
        } finally {
            sender.await(durable);
        }
        watch.lap("sync");
        log.info("copy made generation={} phases={}", keep.id(), watch);
    }

    /// Whoever wants a copy kept, and waits to be asked for what is missing here.
    private final class Sender implements Completion.Provider {
        private final Conversation conversation;
        private long spokenNanos = System.nanoTime();

        Sender(Conversation conversation) {
            this.conversation = conversation;
        }

        @Override
        public List<Chunk> find(List<ChunkHash> hashes) throws IOException {
            return ask(hashes).take();
        }

        @Override
        public Completion.Answer ask(List<ChunkHash> hashes) throws IOException {
            conversation.send(new Frame.Get(hashes, store.isEncrypted()));
            spokenNanos = System.nanoTime();
            return () ->
                    switch (conversation.receive()) {
                        case Frame.Block(var chunks) -> chunks;
                        case Frame other -> throw Conversation.unexpected(other);
                    };
        }

        // Who asks for nothing is still at it. It is answered by versions that know of no such
        // sign.
        @Override
        public void goesOn() throws IOException {
            if (System.nanoTime() - spokenNanos > pulse().toNanos()) {
                var _ = find(List.of());
            }
        }

        /// Waits for the end of some work, in any case.
        private void await(Background work) throws IOException {
            try {
                while (!work.endsWithin(pulse())) {
                    goesOn();
                }
            } finally {
                work.await();
            }
        }

        /// Soon enough for one who waits as long as this node would.
        private Duration pulse() {
            return config.peerLimit().dividedBy(4);
        }
    }
}
