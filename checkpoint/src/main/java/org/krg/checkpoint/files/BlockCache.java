// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.krg.checkpoint.model.Chunk;

/// The blocks read last, by place. Safe for use by several threads.
final class BlockCache {
    private final Map<Long, List<Chunk>> blocks;

    BlockCache(int capacity) {
        blocks =
                new LinkedHashMap<>(capacity, 0.75f, true) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Long, List<Chunk>> eldest) {
                        return size() > capacity;
                    }
                };
    }

    synchronized Optional<List<Chunk>> find(long place) {
        return Optional.ofNullable(blocks.get(place));
    }

    synchronized void put(long place, List<Chunk> chunks) {
        blocks.put(place, chunks);
    }

    synchronized void clear() {
        blocks.clear();
    }
}
