// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.codec.Batch;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.model.SessionId;
import org.krg.state.rocksdb.RocksStorage;

/// A process that dies at any write of the rows goes on, when the log is replayed, as if it had
/// not.
final class CrashPointsTest {
    private static final int ENTRIES = 6;
    private static final SessionId CLIENT = new SessionId(5);

    @TempDir Path directory;

    private final ChangeFeed changes = new ChangeFeed("crash");
    private final WatchHub watches = new WatchHub("crash", Runnable::run);

    @Test
    void aCrashBeforeOrAfterAnyWriteLosesNothingAndDoesNothingTwice() {
        var sound = new Dying(new RocksStorage(directory.resolve("sound")), Integer.MAX_VALUE);
        var expected = replay(sound);
        assertThat(sound.writes).isGreaterThanOrEqualTo(ENTRIES);

        for (var after = 0; after < sound.writes; after++) {
            var storage = new RocksStorage(directory.resolve("crash" + after));
            var dying = new Dying(storage, after);
            assertThatThrownBy(() -> replay(dying)).isInstanceOf(Killed.class);
            assertThat(replay(new Dying(storage, Integer.MAX_VALUE)))
                    .as("killed after %d writes", after)
                    .isEqualTo(expected);
        }
        changes.close();
        watches.close();
    }

    /// Applies the whole log, as Ratis does after a start, and tells the digest.
    private StateHash replay(Dying storage) {
        var engine =
                new StateEngine(
                        storage,
                        1_000,
                        changes,
                        watches,
                        Runnable::run,
                        new MetricRegistry(),
                        (_, _) -> {});
        try {
            engine.open(Optional.empty());
            for (var index = 1; index <= ENTRIES; index++) {
                engine.apply(new LogPosition(1, index), entry(index));
            }
            return engine.hash();
        } finally {
            storage.close();
        }
    }

    /// Two operations, one of which was made before.
    private static ByteBuffer entry(int index) {
        var operations = List.of(grant(index), grant(Math.max(1, index - 2)));
        return ByteBuffer.wrap(OperationCodec.encode(new Batch(Instant.EPOCH, operations)));
    }

    private static Operation grant(long sequence) {
        return new Operation(CLIENT, sequence, 0, new GrantLease("holder", Duration.ofSeconds(5)));
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// Rows that take so many writes and no more.
    private static final class Dying implements Storage {
        private final Storage storage;
        private final List<RowStore> open = new ArrayList<>();
        private final int last;
        private int writes;

        Dying(Storage storage, int last) {
            this.storage = storage;
            this.last = last;
        }

        @Override
        public RowStore open() {
            var rows = storage.open();
            open.add(rows);
            return new DyingRows(rows);
        }

        @Override
        public RowStore openCopy(Path copy) {
            return storage.openCopy(copy);
        }

        @Override
        public void replaceBy(Path checkpoint) {
            storage.replaceBy(checkpoint);
        }

        @Override
        public void clear() {
            storage.clear();
        }

        @Override
        public void verifyTable(Path table) {
            storage.verifyTable(table);
        }

        void close() {
            open.forEach(RowStore::close);
        }

        private final class DyingRows implements RowStore {
            private final RowStore rows;

            DyingRows(RowStore rows) {
                this.rows = rows;
            }

            @Override
            public void write(List<RowWrite> batch) {
                if (writes >= last) {
                    throw new Killed();
                }
                writes++;
                rows.write(batch);
            }

            @Override
            public <T> T read(Function<View, T> reader) {
                return rows.read(reader);
            }

            @Override
            public void checkpoint(Path copy) {
                rows.checkpoint(copy);
            }

            @Override
            public void verify() {
                rows.verify();
            }

            @Override
            public void close() {
                rows.close();
            }
        }
    }
}
