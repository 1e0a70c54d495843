// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.model.ChunkHash;

final class HashTreeTest {
    private final Map<ChunkHash, byte[]> nodes = new LinkedHashMap<>();

    @Test
    void nothingHasNoChunksAndTheNameOfNothing() {
        assertThat(HashTree.chunks(0)).isZero();
        assertThat(HashTree.depth(0)).isZero();
        assertThat(build(0)).isEqualTo(HashTree.EMPTY);
    }

    @Test
    void aSingleChunkIsItsOwnRoot() {
        assertThat(HashTree.depth(1)).isZero();
        assertThat(HashTree.depth(4096)).isZero();
        assertThat(build(1)).isEqualTo(leaf(0));
        assertThat(nodes).isEmpty();
    }

    @Test
    void eachLevelHoldsSixteenTimesMore() {
        assertThat(HashTree.depth(4097)).isEqualTo(1);
        assertThat(HashTree.depth(16 * 4096)).isEqualTo(1);
        assertThat(HashTree.depth(16 * 4096 + 1)).isEqualTo(2);
        assertThat(HashTree.depth(256 * 4096)).isEqualTo(2);
        assertThat(HashTree.depth(256 * 4096 + 1)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 31, 32, 33, 255, 256, 257, 4095, 4096, 4097, 5000})
    void walkingDownFromTheRootMeetsEveryChunkInOrder(int chunks) {
        var root = build(chunks);
        var met = new ArrayList<ChunkHash>();
        walk(root, HashTree.depth(chunks * 4096L), met);
        assertThat(met).isEqualTo(leaves(chunks));
    }

    @Test
    void oneChangedChunkChangesOneNodeALevel() {
        build(4096);
        var before = Map.copyOf(nodes);
        nodes.clear();
        var changed = new ArrayList<>(leaves(4096));
        changed.set(1234, ChunkHash.of(new byte[] {1}));
        build(changed);
        nodes.keySet().removeAll(before.keySet());
        assertThat(nodes).hasSize(3);
    }

    @Test
    void bytesThatAreNoNodeAreRefused() {
        assertThatThrownBy(() -> HashTree.children(new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HashTree.children(new byte[33]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HashTree.children(new byte[17 * 32]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private ChunkHash build(int chunks) {
        return build(leaves(chunks));
    }

    private ChunkHash build(List<ChunkHash> leaves) {
        var builder = new TreeBuilder(nodes::put);
        leaves.forEach(builder::add);
        return builder.finish();
    }

    private void walk(ChunkHash hash, int depth, List<ChunkHash> met) {
        if (depth == 0) {
            met.add(hash);
            return;
        }
        var node = nodes.get(hash);
        assertThat(node).isNotNull();
        HashTree.children(Objects.requireNonNull(node))
                .forEach(child -> walk(child, depth - 1, met));
    }

    private static List<ChunkHash> leaves(int chunks) {
        var leaves = new ArrayList<ChunkHash>();
        for (var index = 0; index < chunks; index++) {
            leaves.add(leaf(index));
        }
        return leaves;
    }

    private static ChunkHash leaf(int index) {
        return ChunkHash.of(Integer.toString(index).getBytes(StandardCharsets.UTF_8));
    }
}
