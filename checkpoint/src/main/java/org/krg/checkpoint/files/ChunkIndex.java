// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import org.krg.checkpoint.model.ChunkHash;

/// Where each chunk is: a hash table with open addressing, 40 bytes an entry at a load of at most
/// two thirds, since a gigabyte of images has a quarter of a million chunks. Not safe for use by
/// several threads.
final class ChunkIndex {
    /// No chunk is there.
    static final long NOWHERE = 0;

    private static final int FIRST_CAPACITY = 1024;
    private static final int WORDS = 4;
    private static final long REMOVED = -1;

    private long[] hashes = new long[FIRST_CAPACITY * WORDS];
    private long[] places = new long[FIRST_CAPACITY];
    private int used;

    /// Takes each entry.
    interface Visitor<E extends Exception> {
        void visit(ChunkHash hash, long place) throws E;
    }

    /// {@return the place of a chunk, or [#NOWHERE]}
    long find(ChunkHash hash) {
        var place = places[slot(hash)];
        return place == REMOVED ? NOWHERE : place;
    }

    /// Notes or replaces the place of a chunk.
    ///
    /// @param place more than 0
    void put(ChunkHash hash, long place) {
        var slot = slot(hash);
        if (places[slot] == NOWHERE) {
            hashes[slot * WORDS] = hash.first();
            hashes[slot * WORDS + 1] = hash.second();
            hashes[slot * WORDS + 2] = hash.third();
            hashes[slot * WORDS + 3] = hash.fourth();
            used++;
        }
        places[slot] = place;
        if (used * 3L > places.length * 2L) {
            grow();
        }
    }

    void remove(ChunkHash hash) {
        var slot = slot(hash);
        if (places[slot] != NOWHERE) {
            places[slot] = REMOVED;
        }
    }

    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        for (var slot = 0; slot < places.length; slot++) {
            if (places[slot] > 0) {
                visitor.visit(hash(slot), places[slot]);
            }
        }
    }

    private int slot(ChunkHash hash) {
        // A digest is as good as random: its first bits are the hash.
        var slot = (int) (hash.first() & (places.length - 1));
        while (places[slot] != NOWHERE && !is(slot, hash)) {
            slot = (slot + 1) & (places.length - 1);
        }
        return slot;
    }

    private boolean is(int slot, ChunkHash hash) {
        return hashes[slot * WORDS] == hash.first()
                && hashes[slot * WORDS + 1] == hash.second()
                && hashes[slot * WORDS + 2] == hash.third()
                && hashes[slot * WORDS + 3] == hash.fourth();
    }

    private ChunkHash hash(int slot) {
        return new ChunkHash(
                hashes[slot * WORDS],
                hashes[slot * WORDS + 1],
                hashes[slot * WORDS + 2],
                hashes[slot * WORDS + 3]);
    }

    private void grow() {
        var before = new ChunkIndex();
        before.hashes = hashes;
        before.places = places;
        var capacity = places.length * 2;
        hashes = new long[capacity * WORDS];
        places = new long[capacity];
        used = 0;
        before.forEach(this::put);
    }
}
