// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.rocksdb.RocksStorage;

/// Whether the digest of a replica sees every row that replicas must have in common.
final class WholeHashTest {
    private static final byte[] KEY = {1};

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(
            names = {"POSITION", "META", "COUNTERS"},
            mode = EnumSource.Mode.EXCLUDE)
    void aRowMoreOrAnotherValueIsAnotherDigest(Family family) {
        try (var rows = new RocksStorage(directory).open()) {
            var empty = digest(rows);
            rows.write(List.of(RowWrite.put(family, KEY, new byte[] {1})));
            var one = digest(rows);
            rows.write(List.of(RowWrite.put(family, KEY, new byte[] {2})));

            assertThat(List.of(empty, one, digest(rows))).doesNotHaveDuplicates();
        }
    }

    @Test
    void whereAReplicaIsInTheLogIsNotPartOfIt() {
        try (var rows = new RocksStorage(directory).open()) {
            var before = digest(rows);
            rows.write(List.of(StoredState.positionRow(new LogPosition(3, 7))));

            assertThat(digest(rows)).isEqualTo(before);
        }
    }

    private static String digest(RowStore rows) {
        StateHash hash = rows.read(StoredState::hash);
        return hash.digest().toString();
    }
}
