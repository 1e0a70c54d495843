// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.krg.checkpoint.StoreKey;
import org.krg.checkpoint.codec.MalformedManifest;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest.Content;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes chunks that no manifest refers to. Packs without one that is in use are deleted; from
/// packs that are mostly out of use, or not encrypted as new ones are, the others are written to a
/// new one first.
///
/// Others write meanwhile, in two parts. Whoever begins to write after the first does not find what
/// is out of use, and stores it again. The second, when all have ended who began before, looks
/// again at what is in use: they may have made manifests that refer to what they found. Used once.
final class Sweep {
    private static final Logger log = LoggerFactory.getLogger(Sweep.class);

    /// A pack is rewritten when less than this part of its chunks is live: then disk use is at most
    /// twice what is needed, and every byte is copied at most once on average.
    private static final double LIVE_PART = 0.5;

    /// Bytes of packs that are written anew in one sweep only to be encrypted as new ones are,
    /// about: so much more room is taken until the old ones go. The rest is left to the next sweep.
    private static final long RENEWED_BYTES = 256 << 20;

    private static final long LEAF = 1;
    private static final long NODE = 2;

    private final FileChunkStore store;
    private final Manifests manifests;
    private final Optional<StoreKey> key;

    /// Every chunk in use, and whether it is a leaf or a node.
    private ChunkIndex live = new ChunkIndex();

    /// Who wrote next when that was found out, if nobody wrote then.
    private OptionalLong quietUntil = OptionalLong.empty();

    private long writer;

    private Sweep(FileChunkStore store, Manifests manifests, Optional<StoreKey> key) {
        this.store = store;
        this.manifests = manifests;
        this.key = key;
    }

    /// Does the first part.
    ///
    /// @param key that new packs are encrypted with
    /// @return empty if nothing can be swept for the moment
    static Optional<Sweep> begin(
            FileChunkStore store, Manifests manifests, Optional<StoreKey> key, Writers writers)
            throws IOException {
        var sweep = new Sweep(store, manifests, key);
        var next = writers.next();
        if (writers.haveEnded(next)) {
            sweep.quietUntil = OptionalLong.of(next);
        }
        if (!sweep.mark()) {
            return Optional.empty();
        }
        sweep.writer = store.fade(sweep.live);
        return Optional.of(sweep);
    }

    /// {@return the first writer that the second part has not to wait for}
    long writer() {
        return writer;
    }

    /// Does the second part.
    ///
    /// @return bytes that were freed; empty if nothing can be swept for the moment
    OptionalLong end() throws IOException {
        // Nobody has written since: what was in use then is so now.
        if (!quietUntil.equals(OptionalLong.of(writer)) && !mark()) {
            return OptionalLong.empty();
        }
        // Before, so that a pack that comes now is none that has nothing.
        var packs = store.packs();
        var contents = store.settle(live);
        var dead = new ArrayList<Integer>();
        var sparse = new ArrayList<Integer>();
        var renewed = 0L;
        for (var entry : packs.entrySet()) {
            var chunks = contents.getOrDefault(entry.getKey(), List.of());
            if (chunks.isEmpty()) {
                dead.add(entry.getKey());
            } else if (chunks.size() < LIVE_PART * chunks(entry.getValue())) {
                sparse.add(entry.getKey());
            } else if (!entry.getValue().isSealedBy(key) && renewed < RENEWED_BYTES) {
                renewed += entry.getValue().sizeBytes();
                sparse.add(entry.getKey());
            }
        }
        // First, since there may be no room to write before.
        store.drop(dead);
        store.renewManifests();
        return OptionalLong.of(sizeBytes(packs, dead) + rewrite(packs, sparse, contents));
    }

    private static long sizeBytes(Map<Integer, Pack> packs, List<Integer> slots) {
        return slots.stream()
                .map(packs::get)
                .filter(Objects::nonNull)
                .mapToLong(Pack::sizeBytes)
                .sum();
    }

    /// {@return false if something cannot be read, so that what hangs from it is not known}
    private boolean mark() throws IOException {
        live = new ChunkIndex();
        for (var named : store.manifests()) {
            var bytes = manifests.find(named.id(), named.digest());
            if (bytes.isEmpty() && !manifests.has(named.id(), named.digest())) {
                continue;
            }
            if (bytes.isEmpty() || !mark(named, bytes.get())) {
                log.warn(
                        "nothing is swept while a generation is damaged generation={}", named.id());
                return false;
            }
        }
        return true;
    }

    private boolean mark(Manifests.Named named, byte[] bytes) throws IOException {
        try {
            for (var entry : ManifestCodec.decode(bytes).entries()) {
                if (!mark(entry.content())) {
                    return false;
                }
            }
            return true;
        } catch (MalformedManifest foreign) {
            log.warn("a manifest makes no sense file={} {}", named.file(), foreign.getMessage());
            return false;
        }
    }

    private boolean mark(Content content) throws IOException {
        var depth = HashTree.depth(content.sizeBytes());
        return content.sizeBytes() == 0 || mark(content.root(), depth);
    }

    private boolean mark(ChunkHash hash, int depth) throws IOException {
        if (live.find(hash) == (depth == 0 ? LEAF : NODE)) {
            return true;
        }
        if (depth == 0) {
            live.put(hash, LEAF);
            return true;
        }
        var node = store.find(hash);
        if (node.isEmpty()) {
            return false;
        }
        for (var child : HashTree.children(node.get())) {
            if (!mark(child, depth - 1)) {
                return false;
            }
        }
        live.put(hash, NODE);
        return true;
    }

    private static long chunks(Pack pack) throws IOException {
        var count = new long[1];
        pack.scan((_, hashes) -> count[0] += hashes.size());
        return count[0];
    }

    /// {@return bytes that became free by it}
    private long rewrite(
            Map<Integer, Pack> packs, List<Integer> sparse, Map<Integer, List<ChunkHash>> contents)
            throws IOException {
        if (sparse.isEmpty()) {
            return 0;
        }
        var dead = new ArrayList<Integer>();
        try (var writer = store.newPack()) {
            for (var slot : sparse) {
                if (copy(contents.getOrDefault(slot, List.of()), writer)) {
                    dead.add(slot);
                }
            }
            store.publishDurably(writer);
            store.drop(dead);
            return sizeBytes(packs, dead) - writer.sizeBytes();
        }
    }

    /// {@return false if a chunk is damaged: then the pack stays}
    private boolean copy(List<ChunkHash> hashes, PackWriter writer) throws IOException {
        for (var hash : hashes) {
            var content = store.find(hash);
            if (content.isEmpty()) {
                return false;
            }
            var chunk = new Chunk(hash, content.get());
            if (live.find(hash) == NODE) {
                writer.addNode(chunk);
            } else {
                writer.add(chunk);
            }
        }
        return true;
    }
}
