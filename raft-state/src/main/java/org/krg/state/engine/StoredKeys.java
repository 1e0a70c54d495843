// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.krg.state.codec.KeyRowCodec;
import org.krg.state.core.KeyView;
import org.krg.state.core.Keys;
import org.krg.state.image.KeyState;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.LeaseHold;
import org.krg.state.model.key.OwnedKey;

/// Users' keys as they are stored, at one moment of the rows.
///
/// A present key is one row under the key itself. What it was at an older revision is the newest of
/// its older versions up to there; these have a family of their own, so that reading present keys
/// never passes them.
record StoredKeys(RowStore.View view, KeyState state) implements KeyView {
    @Override
    public Optional<OwnedKey> find(Bytes key) {
        return view.find(Family.KEYS, key.unsafe()).map(row -> KeyRowCodec.decode(key, row));
    }

    @Override
    public void scan(KeyRange range, Visitor visitor) {
        if (range.isEmpty()) {
            return;
        }
        view.scan(
                Family.KEYS,
                range.start().unsafe(),
                (rowKey, row) -> {
                    var key = Bytes.wrap(rowKey);
                    return range.contains(key) && visitor.visit(KeyRowCodec.decode(key, row));
                });
    }

    @Override
    public long count(KeyRange range) {
        return range.equals(KeyRange.ALL)
                ? state.keys()
                : range.isEmpty()
                        ? 0
                        : view.count(Family.KEYS, range.start().unsafe(), range.end().unsafe());
    }

    @Override
    public LeaseHold hold(LeaseId lease) {
        return view.find(Family.LEASE_KEYS, RowKey.of(lease.value()))
                .map(row -> new LeaseHold(RowKey.number(row, 0), RowKey.number(row, 1)))
                .orElse(LeaseHold.NONE);
    }

    @Override
    public List<Bytes> keysOf(LeaseId lease) {
        var keys = new ArrayList<Bytes>();
        view.scan(
                Family.LEASE_KEYS,
                RowKey.of(lease.value()),
                (rowKey, _) -> {
                    if (RowKey.number(rowKey, 0) != lease.value()) {
                        return false;
                    }
                    if (rowKey.length > Long.BYTES) {
                        keys.add(Bytes.wrap(Arrays.copyOfRange(rowKey, Long.BYTES, rowKey.length)));
                    }
                    return true;
                });
        return keys;
    }

    static byte[] leaseKey(LeaseId lease, Bytes key) {
        return ByteBuffer.allocate(Long.BYTES + key.size())
                .putLong(lease.value())
                .put(key.unsafe())
                .array();
    }

    /// {@return the version that a change at `revision` wrote}
    Optional<OwnedKey> version(Bytes key, Revision revision) {
        return find(key)
                .filter(now -> now.value().modified().equals(revision))
                .or(() ->
                        view.find(Family.KEY_VERSIONS, KeyRowCodec.versionKey(key, revision))
                                .flatMap(row -> KeyRowCodec.decodeVersion(key, row)));
    }

    @Override
    public Keys at(Revision revision) {
        return new Past(revision);
    }

    /// The keys as they were at a revision.
    private final class Past implements Keys {
        private final Revision revision;

        Past(Revision revision) {
            this.revision = revision;
        }

        @Override
        public Optional<OwnedKey> find(Bytes key) {
            var now = StoredKeys.this.find(key);
            return now.filter(this::isOldEnough).or(() -> older(key));
        }

        private boolean isOldEnough(OwnedKey key) {
            return key.value().modified().compareTo(revision) <= 0;
        }

        /// {@return the newest version up to the revision among the older ones}
        private Optional<OwnedKey> older(Bytes key) {
            try (var rows = view.cursor(Family.KEY_VERSIONS)) {
                return rows.seek(KeyRowCodec.versionKey(key, revision))
                                && startsWith(rows.key(), KeyRowCodec.versionPrefix(key))
                        ? KeyRowCodec.decodeVersion(key, rows.value())
                        : Optional.empty();
            }
        }

        @Override
        public void scan(KeyRange range, Visitor visitor) {
            if (range.isEmpty()) {
                return;
            }
            try (var rows = view.cursor(Family.KEY_VERSIONS)) {
                // Keys that exist now and keys that only older versions tell of, in one order.
                var merge = new Merge(visitor, new Versions(rows, range, revision));
                StoredKeys.this.scan(range, merge);
                merge.showBefore(null);
            }
        }

        private final class Merge implements Visitor {
            private final Visitor visitor;
            private final Versions versions;
            private boolean stopped;

            Merge(Visitor visitor, Versions versions) {
                this.visitor = visitor;
                this.versions = versions;
            }

            @Override
            public boolean visit(OwnedKey now) {
                showBefore(now.key());
                var hasOlder = versions.isAt(now.key());
                if (isOldEnough(now)) {
                    show(Optional.of(now));
                    if (!stopped && hasOlder) {
                        versions.leave(this::pass);
                    }
                } else {
                    pass(now.bytes());
                    if (!stopped && hasOlder) {
                        show(versions.take(this::pass));
                    }
                }
                return !stopped;
            }

            /// Shows the keys before `key`, or all that are left.
            void showBefore(@Nullable Bytes key) {
                while (!stopped
                        && versions.key != null
                        && (key == null || versions.key.compareTo(key) < 0)) {
                    show(versions.take(this::pass));
                }
            }

            private void show(Optional<OwnedKey> found) {
                stopped = stopped || (found.isPresent() && !visitor.visit(found.get()));
            }

            private void pass(long bytes) {
                stopped = stopped || !visitor.passed(bytes);
            }
        }
    }

    /// The keys of a range that have older versions, one after the other.
    private static final class Versions {
        private final RowStore.Cursor rows;
        private final KeyRange range;
        private final Revision revision;

        /// Whose newest older version the cursor is at; null behind the last one.
        private @Nullable Bytes key;

        Versions(RowStore.Cursor rows, KeyRange range, Revision revision) {
            this.rows = rows;
            this.range = range;
            this.revision = revision;
            arrive(rows.seek(KeyRowCodec.versionPrefix(range.start())));
        }

        private void arrive(boolean isThere) {
            var found = isThere ? KeyRowCodec.versionedKey(rows.key()) : null;
            key = found != null && range.contains(found) ? found : null;
        }

        boolean isAt(Bytes other) {
            return key != null && key.equals(other);
        }

        /// Goes on to the next key. Rows that are not shown go to `passed`, by their bytes.
        void leave(LongConsumer passed) {
            passed.accept(size());
            skip(requireKey());
        }

        /// {@return the newest version up to the revision} Goes on to the next key.
        Optional<OwnedKey> take(LongConsumer passed) {
            var of = requireKey();
            if (KeyRowCodec.versionRevision(rows.key()).compareTo(revision) > 0) {
                passed.accept(size());
                arrive(rows.seek(KeyRowCodec.versionKey(of, revision)));
                if (!isAt(of)) {
                    return Optional.empty();
                }
            }
            var found = KeyRowCodec.decodeVersion(of, rows.value());
            if (found.isEmpty()) {
                passed.accept(size());
            }
            skip(of);
            return found;
        }

        private void skip(Bytes of) {
            var behind = KeyRowCodec.versionPrefix(of);
            // The end mark of a key's rows is followed by nothing else of this value.
            behind[behind.length - 1]++;
            arrive(rows.seek(behind));
        }

        private long size() {
            return (long) rows.key().length + rows.value().length;
        }

        private Bytes requireKey() {
            return Objects.requireNonNull(key);
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length
                && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
