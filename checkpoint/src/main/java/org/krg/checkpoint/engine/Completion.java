// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;

/// Makes a copy of a generation whole: walks the trees of its manifest from the top, asks for what
/// is not here, verifies and stores it. The walk goes through all nodes, also those that are here,
/// so that at its end every chunk is known to be here. While some leaves are verified and stored
/// the next are on their way. Used once.
public final class Completion {
    /// Read within a second by a slow disk.
    private static final int NODES_IN_SILENCE = 64;

    private final ChunkStore store;
    private final Writing writing;
    private final Provider provider;
    private final Deque<Place> nodes = new ArrayDeque<>();
    private final Set<Place> seen = new HashSet<>();
    private final Set<ChunkHash> missingLeaves = new LinkedHashSet<>();
    private Set<ChunkHash> askedLeaves = Set.of();
    private Answer askedFor = List::of;
    private long visitedNodes;
    private long fetchedChunks;
    private long fetchedBytes;

    /// @param provider has what is missing
    public Completion(ChunkStore store, Writing writing, Provider provider) {
        this.store = store;
        this.writing = writing;
        this.provider = provider;
    }

    /// Whoever has chunks.
    public interface Provider {
        /// {@return what it has of them, not verified yet}
        ///
        /// @param hashes at most [Copies#MAX_CHUNKS]
        List<Chunk> find(List<ChunkHash> hashes) throws IOException;

        /// Asks for the same and does not wait, if it can. Answers are taken in the order in which
        /// they were asked for, and at most two are open.
        default Answer ask(List<ChunkHash> hashes) throws IOException {
            var found = find(hashes);
            return () -> found;
        }

        /// Told now and then, when no answer is open, that there is still work while nothing is
        /// asked for.
        default void goesOn() throws IOException {}
    }

    /// What a provider answers.
    public interface Answer {
        /// Waits for it.
        List<Chunk> take() throws IOException;
    }

    private record Place(ChunkHash hash, int depth) {}

    /// Stores what is missing, to be committed by the caller.
    ///
    /// @throws ChunksMissing if the provider does not have it either
    public void run(Manifest manifest) throws IOException {
        for (var entry : manifest.entries()) {
            var content = entry.content();
            if (content.sizeBytes() > 0) {
                visit(content.root(), HashTree.depth(content.sizeBytes()));
            }
        }
        while (!nodes.isEmpty()) {
            expandSome();
        }
        askForLeaves();
        storeLeaves();
    }

    /// {@return chunks that came from the provider}
    public long fetchedChunks() {
        return fetchedChunks;
    }

    /// {@return their bytes}
    public long fetchedBytes() {
        return fetchedBytes;
    }

    private void visit(ChunkHash hash, int depth) throws IOException {
        if (depth > 0) {
            var place = new Place(hash, depth);
            if (seen.add(place)) {
                nodes.push(place);
            }
        } else if (!writing.has(hash)) {
            visitLeaf(hash);
        }
    }

    private void visitLeaf(ChunkHash hash) throws IOException {
        var local = store.find(hash);
        if (local.isPresent()) {
            // As with a node.
            writing.add(hash, local.get());
        } else if (!askedLeaves.contains(hash) && missingLeaves.add(hash)) {
            if (missingLeaves.size() == Copies.MAX_CHUNKS) {
                askForLeaves();
            }
        }
    }

    // The last ones first: so few are open at a time, however large the tree.
    private void expandSome() throws IOException {
        var missing = new ArrayList<Place>();
        while (!nodes.isEmpty() && missing.size() < Copies.MAX_CHUNKS) {
            var place = nodes.pop();
            if (++visitedNodes % NODES_IN_SILENCE == 0) {
                storeLeaves();
                provider.goesOn();
            }
            var node = store.find(place.hash());
            if (node.isPresent()) {
                // It may be found and yet be about to go.
                writing.addNode(place.hash(), node.get());
                expand(node.get(), place.depth());
            } else {
                missing.add(place);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        storeLeaves();
        var hashes = missing.stream().map(Place::hash).distinct().toList();
        var found = fetched(hashes, provider.find(hashes));
        for (var place : missing) {
            var node = require(found, place.hash());
            writing.addNode(place.hash(), node);
            expand(node, place.depth());
        }
    }

    private void expand(byte[] node, int depth) throws IOException {
        for (var child : HashTree.children(node)) {
            visit(child, depth - 1);
        }
    }

    // The other side looks for these while the ones before are stored here.
    private void askForLeaves() throws IOException {
        if (missingLeaves.isEmpty()) {
            return;
        }
        var hashes = new LinkedHashSet<>(missingLeaves);
        missingLeaves.clear();
        var answer = provider.ask(List.copyOf(hashes));
        storeLeaves();
        askedLeaves = hashes;
        askedFor = answer;
    }

    private void storeLeaves() throws IOException {
        if (askedLeaves.isEmpty()) {
            return;
        }
        var found = fetched(askedLeaves, askedFor.take());
        for (var hash : askedLeaves) {
            writing.add(hash, require(found, hash));
        }
        askedLeaves = Set.of();
    }

    private Map<ChunkHash, byte[]> fetched(Collection<ChunkHash> hashes, List<Chunk> chunks) {
        var found = verified(chunks);
        fetchedChunks += hashes.size();
        fetchedBytes += found.values().stream().mapToLong(content -> content.length).sum();
        return found;
    }

    private static byte[] require(Map<ChunkHash, byte[]> found, ChunkHash hash)
            throws ChunksMissing {
        var content = found.get(hash);
        if (content == null) {
            throw new ChunksMissing("no good copy of chunk " + hash);
        }
        return content;
    }

    /// {@return the chunks that are what they claim to be}
    static Map<ChunkHash, byte[]> verified(List<Chunk> chunks) {
        var good = new LinkedHashMap<ChunkHash, byte[]>();
        for (var chunk : chunks) {
            if (ChunkHash.of(chunk.content()).equals(chunk.hash())) {
                good.put(chunk.hash(), chunk.content());
            }
        }
        return good;
    }
}
