// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.krg.checkpoint.DamageListener;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Damage;
import org.krg.state.model.Generation;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The chunks of a generation: from this node if they are good here, else from another copy, in
/// which case they are stored here again. What was repaired is reported once, at the end. Used by
/// one thread, but for [#require], which is safe for use by several.
final class RepairingSource implements TreeStream.ChunkSource, Completion.Provider, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RepairingSource.class);

    /// Repaired chunks kept in memory before they are committed: 16 MiB.
    private static final int MAX_UNCOMMITTED = 4096;

    private final ChunkStore store;
    private final Writing writing;
    private final Copies copies;
    private final Generation generation;
    private final List<NodeId> others;
    private final DamageListener damage;

    /// Repaired, not yet found in the store.
    private final Map<ChunkHash, byte[]> uncommitted = new HashMap<>();

    /// Those that did not answer when they were last asked: they are asked last, and told of once.
    private final Set<NodeId> silent = new TreeSet<>();

    private long repaired;
    private Optional<NodeId> lastProvider = Optional.empty();

    /// @param others nodes with copies
    RepairingSource(
            ChunkStore store,
            Writing writing,
            Copies copies,
            Generation generation,
            List<NodeId> others,
            DamageListener damage) {
        this.store = store;
        this.writing = writing;
        this.copies = copies;
        this.generation = generation;
        this.others = List.copyOf(others);
        this.damage = damage;
    }

    @Override
    public byte[] require(ChunkHash hash) throws IOException {
        var local = store.find(hash);
        return local.isPresent() ? local.get() : repair(hash);
    }

    /// {@return chunks that were put right}
    long repaired() {
        return repaired;
    }

    /// Reports what was repaired.
    @Override
    public void close() {
        if (repaired > 0) {
            report(repaired + " chunks were damaged", lastProvider);
        }
    }

    /// {@return the node that chunks came from last}
    Optional<NodeId> lastProvider() {
        return lastProvider;
    }

    /// Asks every copy until all chunks are found.
    @Override
    public List<Chunk> find(List<ChunkHash> hashes) throws IOException {
        var found = new ArrayList<Chunk>();
        var missing = new ArrayList<>(hashes);
        for (var node : inTurn()) {
            if (missing.isEmpty()) {
                break;
            }
            var good = ask(node, missing);
            good.forEach((hash, content) -> found.add(new Chunk(hash, content)));
            missing.removeAll(good.keySet());
            if (!good.isEmpty()) {
                lastProvider = Optional.of(node);
            }
        }
        return found;
    }

    private void keep(ChunkHash hash, byte[] content) throws IOException {
        writing.add(hash, content);
        uncommitted.put(hash, content);
        repaired++;
        if (uncommitted.size() == MAX_UNCOMMITTED) {
            writing.commit();
            uncommitted.clear();
        }
    }

    private synchronized byte[] repair(ChunkHash hash) throws IOException {
        var kept = uncommitted.get(hash);
        if (kept != null) {
            return kept;
        }
        // Another thread may have committed it meanwhile.
        var local = store.find(hash);
        if (local.isPresent()) {
            return local.get();
        }
        for (var node : inTurn()) {
            var found = Optional.ofNullable(ask(node, List.of(hash)).get(hash));
            if (found.isPresent()) {
                keep(hash, found.get());
                lastProvider = Optional.of(node);
                return found.get();
            }
        }
        report("chunk " + hash, Optional.empty());
        throw new ChunksMissing("chunk " + hash + " is damaged and no other copy is good");
    }

    void report(String what, Optional<NodeId> repairedFrom) {
        damage.found(new Damage(generation.id(), what, repairedFrom));
    }

    private List<NodeId> inTurn() {
        return others.stream().sorted(Comparator.comparing(silent::contains)).toList();
    }

    private Map<ChunkHash, byte[]> ask(NodeId node, List<ChunkHash> hashes) {
        try {
            var found = Completion.verified(copies.find(node, hashes));
            silent.remove(node);
            return found;
        } catch (IOException failure) {
            if (silent.add(node)) {
                log.warn(
                        "a copy is out of reach node={} generation={} reason={}",
                        node,
                        generation.id(),
                        failure.getMessage());
            }
            return Map.of();
        }
    }
}
