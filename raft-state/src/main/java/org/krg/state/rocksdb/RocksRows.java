// SPDX-License-Identifier: Apache-2.0
package org.krg.state.rocksdb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.krg.state.engine.Family;
import org.krg.state.engine.RowStore;
import org.krg.state.engine.RowWrite;
import org.krg.state.engine.RowsClosed;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// The rows of one replica in one RocksDB, a column family for each [Family].
///
/// Readers hold a shared lock while they are in native code, closing holds it alone: a call on a
/// closed handle would end the JVM.
final class RocksRows implements RowStore {
    /// Enough for the objects of a large cluster; rows are read from the image, not from here.
    private static final long BLOCK_CACHE_BYTES = 16L << 20;

    /// Memtables of all families together; a full one is flushed with all others.
    private static final long MEMTABLES_BYTES = 32L << 20;

    /// Of the filter, for each row: one in a hundred rows that are not there is looked for.
    private static final double FILTER_BITS = 10;

    private final Path directory;
    private final LRUCache cache = new LRUCache(BLOCK_CACHE_BYTES);
    private final BloomFilter filter = new BloomFilter(FILTER_BITS);
    private final ColumnFamilyOptions familyOptions;
    private final DBOptions options;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final RocksDB db;
    private final Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);
    private final Map<Family, Integer> numbers = new EnumMap<>(Family.class);
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final ReadWriteLock inUse = new ReentrantReadWriteLock();
    private boolean closed;

    RocksRows(Path directory, boolean readOnly) {
        this.directory = directory;
        this.familyOptions =
                new ColumnFamilyOptions()
                        .setCompressionType(CompressionType.LZ4_COMPRESSION)
                        .setTableFormatConfig(
                                new BlockBasedTableConfig()
                                        .setBlockCache(cache)
                                        .setFormatVersion(5)
                                        // What a family does not hold, a new key for example, is
                                        // mostly known without a read.
                                        .setFilterPolicy(filter));
        this.options =
                new DBOptions()
                        .setCreateIfMissing(true)
                        .setCreateMissingColumnFamilies(true)
                        // Without it families flush one by one, and after a crash the position
                        // could be ahead of the rows.
                        .setAtomicFlush(true)
                        .setParanoidChecks(true)
                        .setDbWriteBufferSize(MEMTABLES_BYTES)
                        .setMaxBackgroundJobs(2)
                        .setMaxOpenFiles(256)
                        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                        .setKeepLogFileNum(2);
        this.db = open(readOnly);
    }

    private RocksDB open(boolean readOnly) {
        var descriptors = new ArrayList<ColumnFamilyDescriptor>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions));
        for (var family : Family.values()) {
            var name = family.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
            descriptors.add(new ColumnFamilyDescriptor(name, familyOptions));
        }
        try {
            var opened =
                    readOnly
                            ? RocksDB.openReadOnly(
                                    options, directory.toString(), descriptors, handles)
                            : RocksDB.open(options, directory.toString(), descriptors, handles);
            var next = handles.listIterator(1);
            for (var family : Family.values()) {
                var handle = next.next();
                families.put(family, handle);
                // Kept: to ask for it is a call into C++.
                numbers.put(family, handle.getID());
            }
            return opened;
        } catch (RocksDBException failed) {
            throw RocksFailure.of(directory, "cannot open the rows", failed);
        }
    }

    @Override
    public void write(List<RowWrite> changes) {
        using(() -> {
            try (var batch = new WriteBatch(BatchBytes.of(changes, this::number))) {
                db.write(unlogged, batch);
                return true;
            } catch (RocksDBException failed) {
                throw RocksFailure.of(
                        directory, "cannot write " + changes.size() + " rows", failed);
            }
        });
    }

    @Override
    public <T> T read(Function<View, T> reader) {
        return using(() -> {
            var moment = db.getSnapshot();
            try (var reading = new ReadOptions().setSnapshot(moment)) {
                return reader.apply(new Moment(reading));
            } finally {
                db.releaseSnapshot(moment);
            }
        });
    }

    @Override
    public void checkpoint(Path copy) {
        using(() -> {
            try (var checkpoint = Checkpoint.create(db)) {
                checkpoint.createCheckpoint(copy.toString());
                return true;
            } catch (RocksDBException failed) {
                throw RocksFailure.of(directory, "cannot copy the rows to " + copy, failed);
            }
        });
    }

    @Override
    public void verify() {
        using(() -> {
            try {
                db.verifyChecksum();
                return true;
            } catch (RocksDBException failed) {
                throw RocksFailure.of(directory, "cannot read all rows", failed);
            }
        });
    }

    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                handles.forEach(ColumnFamilyHandle::close);
                // Flushes the memtables first: nothing has to be replayed after a clean end.
                db.close();
                unlogged.close();
                options.close();
                familyOptions.close();
                filter.close();
                cache.close();
            }
        } finally {
            inUse.writeLock().unlock();
        }
    }

    private int number(Family family) {
        return Objects.requireNonNull(numbers.get(family));
    }

    private ColumnFamilyHandle handle(Family family) {
        return Objects.requireNonNull(families.get(family));
    }

    private <T> T using(Supplier<T> action) {
        inUse.readLock().lock();
        try {
            if (closed) {
                throw new RowsClosed();
            }
            return action.get();
        } finally {
            inUse.readLock().unlock();
        }
    }

    /// The rows at the moment of a RocksDB snapshot.
    private final class Moment implements View {
        private final ReadOptions reading;

        Moment(ReadOptions reading) {
            this.reading = reading;
        }

        @Override
        public Optional<byte[]> find(Family family, byte[] key) {
            try {
                return Optional.ofNullable(db.get(handle(family), reading, key));
            } catch (RocksDBException failed) {
                throw RocksFailure.of(directory, "cannot read a row of " + family, failed);
            }
        }

        @Override
        public long count(Family family, byte[] start, byte[] end) {
            try (var bound = new Slice(end);
                    var upTo = new ReadOptions(reading)) {
                if (end.length > 0) {
                    upTo.setIterateUpperBound(bound);
                }
                try (var rows = db.newIterator(handle(family), upTo)) {
                    var counted = 0L;
                    for (rows.seek(start); rows.isValid(); rows.next()) {
                        counted++;
                    }
                    rows.status();
                    return counted;
                }
            } catch (RocksDBException failed) {
                throw RocksFailure.of(directory, "cannot count the rows of " + family, failed);
            }
        }

        @Override
        public void scan(Family family, byte[] start, Visitor visitor) {
            try (var rows = db.newIterator(handle(family), reading)) {
                rows.seek(start);
                while (rows.isValid() && visitor.visit(rows.key(), rows.value())) {
                    rows.next();
                }
                rows.status();
            } catch (RocksDBException failed) {
                throw RocksFailure.of(directory, "cannot read the rows of " + family, failed);
            }
        }

        @Override
        public Cursor cursor(Family family) {
            var rows = db.newIterator(handle(family), reading);
            return new Cursor() {
                @Override
                public boolean seek(byte[] key) {
                    rows.seek(key);
                    return rows.isValid() || failsToRead(family, rows);
                }

                @Override
                public byte[] key() {
                    return rows.key();
                }

                @Override
                public byte[] value() {
                    return rows.value();
                }

                @Override
                public void close() {
                    rows.close();
                }
            };
        }

        /// {@return false: the rows are at their end} Throws when they could not be read.
        private boolean failsToRead(Family family, RocksIterator rows) {
            try {
                rows.status();
                return false;
            } catch (RocksDBException failed) {
                throw RocksFailure.of(directory, "cannot read the rows of " + family, failed);
            }
        }
    }
}
