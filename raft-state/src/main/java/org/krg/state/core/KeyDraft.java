// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
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
    private final NavigableMap<Bytes, Version> latest = new TreeMap<>();
    private final NavigableMap<LeaseId, LeaseHold> holds = new TreeMap<>();
    private final List<KeyChange> changes = new ArrayList<>();
    private KeyState state;
    private boolean isSet;
    private long weight;

    /// What changes made of a key.
    ///
    /// @param before what an earlier change made of it
    private record Version(Revision revision, Optional<OwnedKey> key, @Nullable Version before) {}

    /// A key and what it is instead of what lies below.
    private record Touched(Bytes key, Optional<OwnedKey> now) {}

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
        weight += change.weight();
        latest.compute(
                change.key(),
                (_, before) -> new Version(change.revision(), change.after(), before));
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

    /// {@return the bytes of memory that the changes take, about}
    public long weight() {
        return weight;
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
        return found == null ? base.find(key) : found.key();
    }

    @Override
    public void scan(KeyRange range, Visitor visitor) {
        merge(
                base,
                touched(range).entrySet().stream()
                        .map(each -> new Touched(each.getKey(), each.getValue().key()))
                        .iterator(),
                range,
                visitor);
    }

    @Override
    public LeaseHold hold(LeaseId lease) {
        var changed = holds.get(lease);
        return changed == null ? base.hold(lease) : changed;
    }

    @Override
    public List<Bytes> keysOf(LeaseId lease) {
        var keys = new TreeSet<>(base.keysOf(lease));
        latest.forEach((key, version) -> {
            if (version.key().filter(each -> each.value().lease().equals(lease)).isPresent()) {
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

    private NavigableMap<Bytes, Version> touched(KeyRange range) {
        if (latest.isEmpty() || range.isEmpty()) {
            return Collections.emptyNavigableMap();
        }
        return range.isEndless()
                ? latest.tailMap(range.start(), true)
                : latest.subMap(range.start(), true, range.end(), false);
    }

    /// Shows both in one order; a touched key is shown as it was touched.
    private static void merge(
            Keys below, Iterator<Touched> touched, KeyRange range, Visitor visitor) {
        if (touched.hasNext()) {
            var merge = new Merge(touched, visitor);
            below.scan(range, merge);
            merge.showBefore(null);
        } else {
            below.scan(range, visitor);
        }
    }

    private static final class Merge implements Visitor {
        private final Iterator<Touched> touched;
        private final Visitor visitor;
        private @Nullable Touched next;
        private boolean stopped;

        Merge(Iterator<Touched> touched, Visitor visitor) {
            this.touched = touched;
            this.visitor = visitor;
            advance();
        }

        @Override
        public boolean visit(OwnedKey key) {
            showBefore(key.key());
            if (!stopped) {
                if (next != null && next.key().equals(key.key())) {
                    var over = next.now();
                    advance();
                    stopped =
                            !visitor.passed(key.bytes())
                                    || (over.isPresent() && !visitor.visit(over.get()));
                } else {
                    stopped = !visitor.visit(key);
                }
            }
            return !stopped;
        }

        @Override
        public boolean passed(long bytes) {
            stopped = !visitor.passed(bytes);
            return !stopped;
        }

        /// Shows what was touched and comes before `key`, or all of it.
        void showBefore(@Nullable Bytes key) {
            while (!stopped && next != null && (key == null || next.key().compareTo(key) < 0)) {
                var now = next.now();
                advance();
                stopped = now.isPresent() ? !visitor.visit(now.get()) : !visitor.passed(0);
            }
        }

        private void advance() {
            next = touched.hasNext() ? touched.next() : null;
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
            return upTo(latest.get(key))
                    .map(Version::key)
                    .orElseGet(() -> base.at(revision).find(key));
        }

        @Override
        public void scan(KeyRange range, Visitor visitor) {
            merge(
                    base.at(revision),
                    touched(range).entrySet().stream()
                            .flatMap(each ->
                                    upTo(each.getValue())
                                            .map(found -> new Touched(each.getKey(), found.key()))
                                            .stream())
                            .iterator(),
                    range,
                    visitor);
        }

        /// {@return the newest version that is old enough}
        private Optional<Version> upTo(@Nullable Version newest) {
            var found = newest;
            while (found != null && found.revision().compareTo(revision) > 0) {
                found = found.before();
            }
            return Optional.ofNullable(found);
        }
    }
}
