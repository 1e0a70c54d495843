// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.engine.ChunkStore;
import org.krg.checkpoint.engine.Copies;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Stretch;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stores of other nodes, each by a connection a conversation. Safe for use by several threads.
public final class NettyCopies implements Copies {
    private static final Logger log = LoggerFactory.getLogger(NettyCopies.class);
    private final PeerChannels channels;
    private final ChunkStore store;
    private final CheckpointConfig config;
    private final IdleConversations idle = new IdleConversations();

    /// @param store of this node, from which others take what they are asked to keep
    public NettyCopies(PeerChannels channels, ChunkStore store, CheckpointConfig config) {
        this.channels = channels;
        this.store = store;
        this.config = config;
    }

    @Override
    public void prepare(NodeId node) {
        try {
            idle.put(node, open(node));
        } catch (IOException unreachable) {
            // Nobody is to wait for an answer to those either.
            idle.close(node);
            log.debug("nothing prepared node={} reason={}", node, unreachable.getMessage());
        }
    }

    @Override
    public void keep(
            NodeId node, GenerationId id, byte[] manifest, boolean stages, LongConsumer sent)
            throws IOException {
        var request = new Frame.Keep(id, manifest, stages, store.isEncrypted());
        var _ = converse(node, conversation -> answerUntilKept(conversation, request, sent));
    }

    private Frame.Kept answerUntilKept(
            Conversation conversation, Frame.Keep request, LongConsumer sent) throws IOException {
        conversation.send(request);
        var askedNanos = System.nanoTime();
        while (true) {
            switch (conversation.receive()) {
                case Frame.Get(var hashes, _) -> {
                    // Of nothing: it has all, and writes it to its disk.
                    if (!hashes.isEmpty()) {
                        askedNanos = System.nanoTime();
                    } else if (System.nanoTime() - askedNanos > config.dumpLimit().toNanos()) {
                        throw new IOException(
                                "it has all, and its disk takes more than %d s to write it"
                                        .formatted(config.dumpLimit().toSeconds()));
                    }
                    var chunks = require(hashes);
                    conversation.send(new Frame.Block(chunks));
                    sent.accept(chunks.stream().mapToLong(it -> it.content().length).sum());
                }
                case Frame.Kept kept -> {
                    return kept;
                }
                case Frame other -> throw Conversation.unexpected(other);
            }
        }
    }

    @Override
    public Optional<byte[]> findManifest(NodeId node, GenerationId id, Sha256 digest)
            throws IOException {
        return converse(
                node,
                conversation -> {
                    conversation.send(new Frame.Find(id, digest, store.isEncrypted()));
                    return switch (conversation.receive()) {
                        case Frame.Found(var manifest) ->
                                Optional.of(manifest).filter(bytes -> bytes.length > 0);
                        case Frame other -> throw Conversation.unexpected(other);
                    };
                });
    }

    @Override
    public List<Chunk> find(NodeId node, List<ChunkHash> hashes) throws IOException {
        return converse(
                node,
                conversation -> {
                    conversation.send(new Frame.Get(hashes, store.isEncrypted()));
                    return switch (conversation.receive()) {
                        case Frame.Block(var chunks) -> chunks;
                        case Frame other -> throw Conversation.unexpected(other);
                    };
                });
    }

    @Override
    public byte[] readMemory(NodeId node, ProcessId process, Epoch epoch, Stretch pages)
            throws IOException {
        return converse(
                node,
                conversation -> {
                    conversation.send(new Frame.Read(process, epoch, pages));
                    return switch (conversation.receive()) {
                        case Frame.Pages(var bytes)
                                when bytes.length == pages.pages() * Stretch.PAGE_BYTES ->
                                bytes;
                        case Frame other -> throw Conversation.unexpected(other);
                    };
                });
    }

    /// What is asked, and what is answered to it.
    private interface Exchange<T> {
        T run(Conversation conversation) throws IOException;
    }

    // The other side may have ended a conversation that was idle. It can be asked again, then: what
    // is asked for is the same however often it is.
    private <T> T converse(NodeId node, Exchange<T> exchange) throws IOException {
        var known = idle.take(node);
        if (known.isPresent()) {
            var before = known.get().heard();
            try {
                return converse(node, known.get(), exchange);
            } catch (IOException over) {
                if (known.get().heard() > before) {
                    throw over;
                }
                log.debug("an idle conversation is over node={}", node, over);
            }
        }
        return converse(node, open(node), exchange);
    }

    private <T> T converse(NodeId node, Conversation conversation, Exchange<T> exchange)
            throws IOException {
        var isWhole = false;
        try {
            var answer = exchange.run(conversation);
            isWhole = true;
            return answer;
        } finally {
            if (isWhole) {
                idle.put(node, conversation);
            } else {
                conversation.close();
            }
        }
    }

    private Conversation open(NodeId node) throws IOException {
        var channel = channels.open(node);
        return new Conversation(channel, config.compressionLevel(), config.peerLimit()).attach();
    }

    private List<Chunk> require(List<ChunkHash> hashes) throws IOException {
        var chunks = new ArrayList<Chunk>();
        for (var hash : hashes) {
            var content = store.find(hash);
            if (content.isEmpty()) {
                throw new IOException("chunk " + hash + " is damaged on this node");
            }
            chunks.add(new Chunk(hash, content.get()));
        }
        return chunks;
    }
}
