// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Stretch;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

/// The stores of other nodes.
public interface Copies {
    /// Most chunks that are asked for at once.
    int MAX_CHUNKS = 256;

    /// Gets ready to have a copy made by a node soon, so that it takes less time then. Blocks; does
    /// nothing if that is impossible.
    void prepare(NodeId node);

    /// Has a node make a copy of a generation of this node, and waits until it is whole, verified
    /// and durable.
    ///
    /// @param stages whether the node also writes the images for CRIU: a restore follows there
    /// @param sent told of the bytes of chunks each time some were sent
    /// @throws IOException if the node is out of reach or did not make it; the message says why
    void keep(NodeId node, GenerationId id, byte[] manifest, boolean stages, LongConsumer sent)
            throws IOException;

    /// {@return a manifest from a node, verified; empty if it has none}
    Optional<byte[]> findManifest(NodeId node, GenerationId id, Sha256 digest) throws IOException;

    /// {@return bytes of a program that stands still on a node; see
    /// [org.krg.checkpoint.MemoryReader]}
    byte[] readMemory(NodeId node, ProcessId process, Epoch epoch, Stretch pages)
            throws IOException;

    /// {@return those of the chunks that a node has, verified}
    ///
    /// @param hashes at most [#MAX_CHUNKS]
    List<Chunk> find(NodeId node, List<ChunkHash> hashes) throws IOException;
}
