// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.krg.checkpoint.engine.Background;
import org.krg.checkpoint.engine.ChunkStore.Published;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Sha256;

/// New chunks of one generation: they become one pack. Used by one thread.
final class StoreWriting implements Writing {
    private final FileChunkStore store;
    private final long writer;
    private final long losses;
    private PackWriter pack;
    private long publishedBytes;

    /// @param writer its number
    /// @param losses so far: after another one nobody knows whether what it has found is there
    StoreWriting(FileChunkStore store, long writer, long losses, PackWriter pack) {
        this.store = store;
        this.writer = writer;
        this.losses = losses;
        this.pack = pack;
    }

    @Override
    public void add(ChunkHash hash, byte[] content) throws IOException {
        if (!store.has(hash)) {
            pack.add(new Chunk(hash, content));
        }
    }

    @Override
    public void addNode(ChunkHash hash, byte[] content) throws IOException {
        if (!store.has(hash)) {
            pack.addNode(new Chunk(hash, content));
        }
    }

    @Override
    public boolean has(ChunkHash chunk) {
        return pack.has(chunk) || store.has(chunk);
    }

    @Override
    public Published publish(GenerationId id, Sha256 digest, byte[] manifest) throws IOException {
        publish();
        store.publish(id, digest, manifest, losses);
        return () -> store.sync(losses);
    }

    @Override
    public void commit() throws IOException {
        publish();
        sync();
    }

    @Override
    public void commit(GenerationId id, Sha256 digest, byte[] manifest) throws IOException {
        var _ = publish(id, digest, manifest);
        sync();
    }

    private void publish() throws IOException {
        if (pack.isEmpty()) {
            return;
        }
        store.publish(pack, losses);
        publishedBytes += pack.sizeBytes();
        pack.close();
        pack = store.newPack();
    }

    // By another thread, as this one may be interrupted.
    private void sync() throws IOException {
        new Background(() -> store.sync(losses)).await();
    }

    @Override
    public long storedBytes() {
        return publishedBytes + pack.sizeBytes();
    }

    @Override
    public void close() {
        try {
            pack.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            store.endWriting(writer);
        }
    }
}
