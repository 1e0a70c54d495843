// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.krg.state.image.KeyState;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyChange;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.LeaseHold;
import org.krg.state.model.key.OwnedKey;

/// Keys with changes that are not stored yet, over those that are. A transaction is decided on a
/// draft of its own, which is dropped when it is refused. Owned by whoever made it.
public final class KeyDraft implements KeyView {
    private final KeyView base;
    private final NavigableMap<Bytes, Optional<OwnedKey>> latest = new TreeMap<>();
    private final NavigableMap<LeaseId, LeaseHold> holds = new TreeMap<>();
    private final List<KeyChange> changes = new ArrayList<>();
    private KeyState state;
    private boolean isSet;

    /// A draft without changes.
    public KeyDraft(KeyView base) {
        this.base = base;
        this.state = base.state();
    }

    /// Writes or, without a value, deletes a key.
    ///
    /// @param before what [#find] says of it, which is a look into the rows
    public void write(
            Bytes key, Revision revision, Optional<OwnedKey> before, Optional<OwnedKey> after) {
        add(new KeyChange(key, revision, before, after));
    }

    /// Takes over what another draft made of this one.
    public void addAll(KeyDraft made) {
        made.changes.forEach(this::add);
    }

    private void add(KeyChange change) {
        changes.add(change);
        latest.put(change.key(), change.after());
        state = state.after(change.before(), change.after());
        change.before().ifPresent(gone -> hold(gone, -1));
        change.after().ifPresent(come -> hold(come, 1));
    }

    private void hold(OwnedKey key, int sign) {
        var lease = key.value().lease();
        if (!lease.equals(KeyValue.NO_LEASE)) {
            holds.put(lease, hold(lease).plus(sign, sign * key.bytes()));
        }
    }

    /// Replaces what is agreed beside the keys.
    public void set(KeyState changed) {
        state = changed;
        isSet = true;
    }

    /// {@return whether [#set] was called}
    public boolean isSet() {
        return isSet;
    }

    /// {@return the changes so far, in order}
    public List<KeyChange> changes() {
        return Collections.unmodifiableList(changes);
    }

    /// {@return the holds that changed}
    public NavigableMap<LeaseId, LeaseHold> holds() {
        return Collections.unmodifiableNavigableMap(holds);
    }

    @Override
    public KeyState state() {
        return state;
    }

    @Override
    public Optional<OwnedKey> find(Bytes key) {
        var found = latest.isEmpty() ? null : latest.get(key);
        return found == null ? base.find(key) : found;
    }

    @Override
    public void scan(KeyRange range, Visitor visitor) {
        var touched = touched(range);
        if (touched.isEmpty()) {
            base.scan(range, visitor);
        } else {
            merge(base, touched, range, visitor);
        }
    }

    @Override
    public long count(KeyRange range) {
        var count = base.count(range);
        for (var each : touched(range).entrySet()) {
            var was = base.find(each.getKey()).isPresent();
            count += (each.getValue().isPresent() ? 1 : 0) - (was ? 1 : 0);
        }
        return count;
    }

    @Override
    public LeaseHold hold(LeaseId lease) {
        var changed = holds.get(lease);
        return changed == null ? base.hold(lease) : changed;
    }

    @Override
    public List<Bytes> keysOf(LeaseId lease) {
        var keys = new TreeSet<>(base.keysOf(lease));
        latest.forEach((key, value) -> {
            if (value.filter(each -> each.value().lease().equals(lease)).isPresent()) {
                keys.add(key);
            } else {
                keys.remove(key);
            }
        });
        return List.copyOf(keys);
    }

    @Override
    public Keys at(Revision revision) {
        return new Past(revision);
    }

    private NavigableMap<Bytes, Optional<OwnedKey>> touched(KeyRange range) {
        if (latest.isEmpty() || range.isEmpty()) {
            return Collections.emptyNavigableMap();
        }
        return range.isEndless()
                ? latest.tailMap(range.start(), true)
                : latest.subMap(range.start(), true, range.end(), false);
    }

    /// Shows both in one order; a touched key is shown as it was touched.
    private static void merge(
            Keys below,
            NavigableMap<Bytes, Optional<OwnedKey>> touched,
            KeyRange range,
            Visitor visitor) {
        var merge = new Merge(new TreeMap<>(touched), visitor);
        below.scan(range, merge);
        if (!merge.stopped) {
            merge.showBefore(null);
        }
    }

    private static final class Merge implements Visitor {
        private final NavigableMap<Bytes, Optional<OwnedKey>> touched;
        private final Visitor visitor;
        private boolean stopped;

        Merge(NavigableMap<Bytes, Optional<OwnedKey>> touched, Visitor visitor) {
            this.touched = touched;
            this.visitor = visitor;
        }

        @Override
        public boolean visit(OwnedKey key) {
            showBefore(key.key());
            if (!stopped) {
                var over = touched.remove(key.key());
                stopped =
                        over == null
                                ? !visitor.visit(key)
                                : over.isPresent() && !visitor.visit(over.get());
            }
            return !stopped;
        }

        /// Shows what was touched and comes before `key`, or all of it.
        void showBefore(@Nullable Bytes key) {
            while (!stopped
                    && !touched.isEmpty()
                    && (key == null || touched.firstKey().compareTo(key) < 0)) {
                var next = touched.pollFirstEntry().getValue();
                stopped = next.isPresent() && !visitor.visit(next.get());
            }
        }
    }

    /// The keys at a revision that may lie between two changes of this draft.
    private final class Past implements Keys {
        private final Revision revision;

        Past(Revision revision) {
            this.revision = revision;
        }

        @Override
        public Optional<OwnedKey> find(Bytes key) {
            return touchedUpTo(key).orElseGet(() -> base.at(revision).find(key));
        }

        @Override
        public void scan(KeyRange range, Visitor visitor) {
            var touched = new TreeMap<Bytes, Optional<OwnedKey>>();
            for (var change : changes) {
                if (change.revision().compareTo(revision) <= 0 && range.contains(change.key())) {
                    touched.put(change.key(), change.after());
                }
            }
            merge(base.at(revision), touched, range, visitor);
        }

        private Optional<Optional<OwnedKey>> touchedUpTo(Bytes key) {
            return changes.reversed().stream()
                    .filter(change -> change.revision().compareTo(revision) <= 0)
                    .filter(change -> change.key().equals(key))
                    .map(KeyChange::after)
                    .findFirst();
        }
    }
}
