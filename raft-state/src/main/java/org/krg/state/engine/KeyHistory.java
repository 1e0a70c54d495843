// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.codec.KeyRowCodec;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyChange;
import org.krg.state.model.key.OwnedKey;

/// The changes of keys as the rows tell them.
final class KeyHistory {
    /// Bytes of values that are read at once, about.
    private static final long BYTES = 4 << 20;

    private KeyHistory() {}

    /// What happened from a revision on.
    ///
    /// @param compacted changes before it may be gone
    /// @param upTo all changes from the revision up to and with this one are in `changes`; before
    ///   the revision when they cannot be told
    record Past(Revision compacted, Revision upTo, List<KeyChange> changes) {}

    /// {@return the changes from a revision on: whole revisions, about `count` changes}
    static Past from(RowStore.View view, Revision from, int count) {
        var now = StoredState.readKeys(view);
        if (from.compareTo(now.state().compacted()) < 0) {
            return new Past(now.state().compacted(), new Revision(from.value() - 1), List.of());
        }
        var reader = new Reader(new StoredKeys(view, now.state()), count, now.revision());
        view.scan(Family.KEY_CHANGES, RowKey.of(from.value(), 0), reader);
        return new Past(now.state().compacted(), reader.upTo, reader.changes);
    }

    private static final class Reader implements RowStore.Visitor {
        private final List<KeyChange> changes = new ArrayList<>();
        private final StoredKeys keys;
        private final int count;
        private Revision upTo;
        private long bytes;

        Reader(StoredKeys keys, int count, Revision present) {
            this.keys = keys;
            this.count = count;
            this.upTo = present;
        }

        @Override
        public boolean visit(byte[] rowKey, byte[] row) {
            var revision = new Revision(RowKey.number(rowKey, 0));
            if ((changes.size() >= count || bytes >= BYTES)
                    && !changes.getLast().revision().equals(revision)) {
                upTo = changes.getLast().revision();
                return false;
            }
            var change = KeyRowCodec.decodeChange(row);
            var before =
                    change.replaced().equals(Revision.ZERO)
                            ? Optional.<OwnedKey>empty()
                            : keys.version(change.key(), change.replaced());
            var after =
                    change.isDeletion()
                            ? Optional.<OwnedKey>empty()
                            : keys.version(change.key(), revision);
            changes.add(new KeyChange(change.key(), revision, before, after));
            bytes += before.map(OwnedKey::bytes).orElse(0L) + after.map(OwnedKey::bytes).orElse(0L);
            return true;
        }
    }
}
