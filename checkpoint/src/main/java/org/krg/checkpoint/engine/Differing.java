// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.engine.TreeStream.ChunkSource;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.GenerationDiff.Change;
import org.krg.checkpoint.model.GenerationDiff.Part;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;

/// Compares two generations by their hashes; no chunk is read but those of the trees. Used once.
final class Differing {
    private final Manifest from;
    private final Manifest to;
    private final ChunkSource nodes;

    /// First words of the hashes of all chunks of `from`, sorted: 8 bytes for each 4 KiB.
    private final long[] known;

    private long newChunks;
    private long newBytes;
    private long newPages;
    private long sharedChunks;

    Differing(Manifest from, Manifest to, ChunkSource nodes) throws IOException {
        this.from = from;
        this.to = to;
        this.nodes = nodes;
        this.known = hashes();
    }

    GenerationDiff run() throws IOException {
        var before = new TreeMap<String, Entry>();
        from.entries().forEach(entry -> before.put(key(entry), entry));
        var parts = new ArrayList<Part>();
        for (var entry : to.entries()) {
            var old = Optional.ofNullable(before.remove(key(entry)));
            var fresh = count(entry);
            if (!old.map(Entry::content).equals(Optional.of(entry.content()))) {
                parts.add(
                        part(
                                entry,
                                old.isEmpty() ? Change.ADDED : Change.CHANGED,
                                old.map(it -> it.content().sizeBytes()).orElse(0L),
                                entry.content().sizeBytes(),
                                fresh));
            }
        }
        before.values()
                .forEach(entry ->
                        parts.add(part(entry, Change.REMOVED, entry.content().sizeBytes(), 0, 0)));
        return new GenerationDiff(
                from.id(), to.id(), parts, newChunks, newBytes, newPages, sharedChunks);
    }

    private static String key(Entry entry) {
        return entry.kind() + " " + entry.name();
    }

    private static Part part(
            Entry entry, Change change, long fromBytes, long toBytes, long newChunks) {
        return new Part(entry.kind(), entry.name(), change, fromBytes, toBytes, newChunks);
    }

    /// {@return how many chunks of a part are new}
    private long count(Entry entry) throws IOException {
        var isMemory = entry.kind() == Kind.IMAGE && entry.name().startsWith("pages-");
        var sizeBytes = entry.content().sizeBytes();
        var tree = new TreeStream(entry.content(), nodes);
        var fresh = 0L;
        for (var position = 0L; position < sizeBytes; position += HashTree.CHUNK_BYTES) {
            var hash = require(tree);
            if (Arrays.binarySearch(known, hash.first()) >= 0) {
                sharedChunks++;
            } else {
                fresh++;
                newBytes += Math.min(HashTree.CHUNK_BYTES, sizeBytes - position);
            }
        }
        newChunks += fresh;
        newPages += isMemory ? fresh : 0;
        return fresh;
    }

    private long[] hashes() throws IOException {
        var count = Math.toIntExact(from.entries().stream().mapToLong(Differing::chunks).sum());
        var words = new long[count];
        var next = 0;
        for (var entry : from.entries()) {
            var tree = new TreeStream(entry.content(), nodes);
            for (var left = chunks(entry); left > 0; left--) {
                words[next++] = require(tree).first();
            }
        }
        Arrays.sort(words);
        return words;
    }

    private static long chunks(Entry entry) {
        return chunks(entry.content());
    }

    private static long chunks(Content content) {
        return Math.ceilDiv(content.sizeBytes(), HashTree.CHUNK_BYTES);
    }

    private static ChunkHash require(TreeStream tree) throws IOException {
        return tree.skipChunk()
                .orElseThrow(() -> new IOException("a tree has fewer chunks than its size"));
    }
}
