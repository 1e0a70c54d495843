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
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Sha256;

/// The stores of other nodes, each by a connection a conversation. Safe for use by several threads.
public final class NettyCopies implements Copies {
    private final PeerChannels channels;
    private final ChunkStore store;
    private final CheckpointConfig config;

    /// @param store of this node, from which others take what they are asked to keep
    public NettyCopies(PeerChannels channels, ChunkStore store, CheckpointConfig config) {
        this.channels = channels;
        this.store = store;
        this.config = config;
    }

    @Override
    public void keep(
            NodeId node, GenerationId id, byte[] manifest, boolean stages, LongConsumer sent)
            throws IOException {
        try (var conversation = open(node)) {
            conversation.send(new Frame.Keep(id, manifest, stages, store.isEncrypted()));
            while (true) {
                switch (conversation.receive()) {
                    case Frame.Get(var hashes, _) -> {
                        var chunks = require(hashes);
                        conversation.send(new Frame.Block(chunks));
                        sent.accept(chunks.stream().mapToLong(it -> it.content().length).sum());
                    }
                    case Frame.Kept() -> {
                        return;
                    }
                    case Frame other -> throw Conversation.unexpected(other);
                }
            }
        }
    }

    @Override
    public Optional<byte[]> findManifest(NodeId node, GenerationId id, Sha256 digest)
            throws IOException {
        try (var conversation = open(node)) {
            conversation.send(new Frame.Find(id, digest, store.isEncrypted()));
            return switch (conversation.receive()) {
                case Frame.Found(var manifest) ->
                        Optional.of(manifest).filter(bytes -> bytes.length > 0);
                case Frame other -> throw Conversation.unexpected(other);
            };
        }
    }

    @Override
    public List<Chunk> find(NodeId node, List<ChunkHash> hashes) throws IOException {
        try (var conversation = open(node)) {
            conversation.send(new Frame.Get(hashes, store.isEncrypted()));
            return switch (conversation.receive()) {
                case Frame.Block(var chunks) -> chunks;
                case Frame other -> throw Conversation.unexpected(other);
            };
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
