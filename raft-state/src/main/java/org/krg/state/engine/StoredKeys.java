// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
            var prefix = KeyRowCodec.versionPrefix(key);
            var found = new First();
            view.scan(
                    Family.KEY_VERSIONS,
                    KeyRowCodec.versionKey(key, revision),
                    (rowKey, row) -> {
                        if (startsWith(rowKey, prefix)) {
                            found.row = row;
                        }
                        return false;
                    });
            return found.row == null ? Optional.empty() : KeyRowCodec.decodeVersion(key, found.row);
        }

        @Override
        public void scan(KeyRange range, Visitor visitor) {
            if (range.isEmpty()) {
                return;
            }
            // Keys that exist now and keys that only older versions tell of, in one order.
            var history = new Histories(range);
            var next = history.next();
            var present = new PresentAsOf(visitor, history, next);
            StoredKeys.this.scan(range, present);
            present.showRest();
        }

        private final class PresentAsOf implements Visitor {
            private final Visitor visitor;
            private final Histories history;
            private @Nullable Bytes next;
            private boolean stopped;

            PresentAsOf(Visitor visitor, Histories history, @Nullable Bytes next) {
                this.visitor = visitor;
                this.history = history;
                this.next = next;
            }

            @Override
            public boolean visit(OwnedKey key) {
                showBefore(key.key());
                if (!stopped) {
                    if (next != null && next.equals(key.key())) {
                        next = history.next();
                    }
                    show(isOldEnough(key) ? Optional.of(key) : older(key.key()));
                }
                return !stopped;
            }

            void showRest() {
                if (!stopped) {
                    showBefore(null);
                }
            }

            private void showBefore(@Nullable Bytes key) {
                while (!stopped && next != null && (key == null || next.compareTo(key) < 0)) {
                    show(older(next));
                    next = history.next();
                }
            }

            private void show(Optional<OwnedKey> found) {
                stopped = found.isPresent() && !visitor.visit(found.get());
            }
        }
    }

    /// The keys of a range that have older versions, read some at a time: one seek for each.
    private final class Histories {
        private final KeyRange range;
        private byte[] from;

        Histories(KeyRange range) {
            this.range = range;
            this.from = KeyRowCodec.versionPrefix(range.start());
        }

        /// {@return the next one; null at the end}
        @Nullable Bytes next() {
            var found = new First();
            view.scan(
                    Family.KEY_VERSIONS,
                    from,
                    (rowKey, _) -> {
                        found.row = rowKey;
                        return false;
                    });
            if (found.row == null) {
                return null;
            }
            var key = KeyRowCodec.versionedKey(found.row);
            // The end mark of a key's rows is followed by nothing else of this value.
            from = KeyRowCodec.versionPrefix(key);
            from[from.length - 1]++;
            return range.contains(key) ? key : null;
        }
    }

    private static final class First {
        private byte @Nullable [] row;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length
                && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
