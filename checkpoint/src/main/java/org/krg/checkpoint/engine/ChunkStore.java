// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Sha256;

/// Chunks and manifests on the disk of this node. Safe for use by several threads.
public interface ChunkStore {
    /// {@return whether what is written is encrypted where it lies}
    boolean isEncrypted();

    /// {@return whether the chunk is here; it may still turn out to be damaged}
    boolean has(ChunkHash chunk);

    /// {@return a chunk, verified; empty if it is not here or damaged, in which case it is not here
    /// from now on}
    Optional<byte[]> find(ChunkHash chunk) throws IOException;

    /// {@return the bytes of a manifest, verified; empty if it is not here or damaged}
    Optional<byte[]> findManifest(GenerationId id, Sha256 digest) throws IOException;

    /// {@return whether there is a file for this manifest, good or damaged}
    boolean hasManifest(GenerationId id, Sha256 digest);

    /// {@return what has a manifest here, in order; one generation may have several}
    List<StoredManifest> stored() throws IOException;

    /// Begins to write. What is here then stays until it is closed, whatever is removed and swept.
    Writing begin() throws IOException;

    /// Removes a manifest, durably; its chunks go with sweeps. Another one of the same generation
    /// stays. Waits for those who make something durable at the moment.
    void remove(GenerationId id, Sha256 digest) throws IOException;

    /// Removes chunks that no manifest here refers to, if there may be some. Waits for nobody who
    /// writes, and nobody who begins to write waits for it: what those may have seen who write at
    /// the moment goes with the first call after they have ended, however many have begun since.
    /// Does nothing if a manifest cannot be read, or while another thread sweeps.
    ///
    /// @return bytes that were freed
    long sweep() throws IOException;

    /// The same in any case, after those who write at the moment have ended, for whom it waits;
    /// nobody waits for it.
    long sweepAll() throws IOException;

    /// {@return bytes that are not encrypted as what is written now is; sweeps make them fewer}
    long outdatedBytes() throws IOException;

    /// New chunks, which are there for others when they are published. Used by one thread.
    interface Writing extends AutoCloseable {
        /// Stores a chunk unless it is here already.
        ///
        /// @param content what `hash` is the name of
        void add(ChunkHash hash, byte[] content) throws IOException;

        /// Stores a node of a tree unless it is here already.
        void addNode(ChunkHash hash, byte[] content) throws IOException;

        /// {@return whether the chunk is here or among the new ones}
        boolean has(ChunkHash chunk);

        /// Makes the new chunks there for others, and then a manifest, every chunk of which is
        /// here.
        ///
        /// @return what makes them durable, also after this is closed
        Published publish(GenerationId id, Sha256 digest, byte[] manifest) throws IOException;

        /// Makes the new chunks there for others, and durable.
        void commit() throws IOException;

        /// The same for the new chunks and a manifest, every chunk of which is here.
        void commit(GenerationId id, Sha256 digest, byte[] manifest) throws IOException;

        /// {@return bytes of chunks written to the disk, so far}
        long storedBytes();

        /// Abandons what is not committed.
        @Override
        void close();
    }

    /// What others find, and a power cut may still take away.
    interface Published {
        /// Makes it durable, and all that it may refer to. To be run by a thread that is not
        /// interrupted.
        ///
        /// @throws IOException if the disk fails: it is removed, with all that is not durable yet,
        ///   of others too, who are told the same
        void sync() throws IOException;
    }
}
