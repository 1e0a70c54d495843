// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;

/// What users' keys ought to be: a whole sorted map for each revision, and etcd's rules in their
/// plainest form, written without a look at the real ones. Refusals are not its matter.
public final class KeyModel {
    private final NavigableMap<Revision, NavigableMap<Bytes, OwnedKey>> byRevision =
            new TreeMap<>();
    private final NavigableMap<Bytes, OwnedKey> now = new TreeMap<>();

    public KeyModel() {
        byRevision.put(Revision.ZERO, new TreeMap<>());
    }

    /// Does a transaction; `present` is the revision before it.
    public List<KeyResult> transact(
            String principal, KeyTransaction transaction, Revision present) {
        var results = run(principal, transaction, present, new TreeMap<>(now)).results();
        remember(present);
        return results;
    }

    /// Has the keys of a lease go at a revision.
    public void end(LeaseId lease, Revision at) {
        now.values().removeIf(each -> each.value().lease().equals(lease));
        byRevision.put(at, new TreeMap<>(now));
    }

    private void remember(Revision present) {
        if (!now.equals(at(present))) {
            byRevision.put(present.next(), new TreeMap<>(now));
        }
    }

    /// {@return the keys as they were at a revision}
    public NavigableMap<Bytes, OwnedKey> at(Revision revision) {
        return byRevision.floorEntry(revision).getValue();
    }

    public NavigableMap<Bytes, OwnedKey> now() {
        return now;
    }

    /// {@return what happened to the keys of a range after a revision: with version 0 for gone}
    public List<KeyValue> changes(KeyRange range, Revision after) {
        var changes = new ArrayList<KeyValue>();
        var before = at(after);
        for (var step : byRevision.tailMap(after, false).entrySet()) {
            var keys = new TreeMap<>(before);
            keys.putAll(step.getValue());
            for (var key : keys.keySet()) {
                var was = before.get(key);
                var is = step.getValue().get(key);
                if (range.contains(key) && is == null) {
                    changes.add(KeyValue.deleted(key, step.getKey()));
                } else if (is != null && range.contains(key) && !is.equals(was)) {
                    changes.add(is.value());
                }
            }
            before = step.getValue();
        }
        return changes;
    }

    /// @param before what all comparisons see, whatever is written meanwhile
    private KeyResult.Nested run(
            String principal,
            KeyTransaction transaction,
            Revision present,
            NavigableMap<Bytes, OwnedKey> before) {
        var succeeded = holds(transaction, before);
        var results = new ArrayList<KeyResult>();
        for (var request : succeeded ? transaction.then() : transaction.otherwise()) {
            results.add(
                    switch (request) {
                        case KeyRequest.Read(var read) -> read(read);
                        case KeyRequest.Put put -> put(principal, put, present.next());
                        case KeyRequest.Delete(var range, var previous) -> delete(range, previous);
                        case KeyRequest.Nested(var inner) -> run(principal, inner, present, before);
                    });
        }
        return new KeyResult.Nested(succeeded, results);
    }

    /// {@return whether all that a transaction compares holds now}
    public boolean holds(KeyTransaction transaction) {
        return holds(transaction, now);
    }

    private static boolean holds(
            KeyTransaction transaction, NavigableMap<Bytes, OwnedKey> present) {
        return transaction.when().stream().allMatch(comparison -> holds(comparison, present));
    }

    /// Answers a read.
    public KeyResult.Found read(RangeRead read) {
        var keys = read.at().equals(Revision.ZERO) ? now : at(read.at());
        var all = within(keys, read.range());
        if (read.shows() == RangeRead.Shows.COUNT) {
            return new KeyResult.Found(List.of(), all.size(), false);
        }
        var bounds = read.bounds();
        Comparator<KeyValue> order =
                switch (read.order().by()) {
                    case KEY -> Comparator.comparing(KeyValue::key);
                    case VERSION -> Comparator.comparingLong(KeyValue::version);
                    case CREATED -> Comparator.comparing(KeyValue::created);
                    case MODIFIED -> Comparator.comparing(KeyValue::modified);
                    case VALUE -> Comparator.comparing(KeyValue::value);
                };
        var shown =
                all.stream()
                        .map(OwnedKey::value)
                        .filter(key -> key.modified().value() >= bounds.minModified())
                        .filter(key -> key.created().value() >= bounds.minCreated())
                        .filter(key ->
                                bounds.maxModified() == 0
                                        || key.modified().value() <= bounds.maxModified())
                        .filter(key ->
                                bounds.maxCreated() == 0
                                        || key.created().value() <= bounds.maxCreated())
                        .sorted(read.order().descending() ? order.reversed() : order)
                        .map(key ->
                                read.shows() == RangeRead.Shows.KEYS
                                        ? key.withValue(Bytes.EMPTY)
                                        : key)
                        .toList();
        var cut = read.limit() > 0 && shown.size() > read.limit();
        return new KeyResult.Found(
                cut ? shown.subList(0, (int) read.limit()) : shown, all.size(), cut);
    }

    private KeyResult.Written put(String principal, KeyRequest.Put put, Revision at) {
        var before = Optional.ofNullable(now.get(put.key()));
        var value =
                new KeyValue(
                        put.key(),
                        put.keepsValue() ? before.orElseThrow().value().value() : put.value(),
                        before.map(each -> each.value().created()).orElse(at),
                        at,
                        before.map(each -> each.value().version() + 1).orElse(1L),
                        put.keepsLease() ? before.orElseThrow().value().lease() : put.lease());
        now.put(put.key(), new OwnedKey(value, principal));
        return new KeyResult.Written(
                put.previous() ? before.map(OwnedKey::value) : Optional.empty());
    }

    private KeyResult.Deleted delete(KeyRange range, boolean previous) {
        var gone = within(now, range);
        gone.forEach(key -> now.remove(key.key()));
        return new KeyResult.Deleted(
                gone.size(), previous ? gone.stream().map(OwnedKey::value).toList() : List.of());
    }

    private static boolean holds(KeyComparison comparison, NavigableMap<Bytes, OwnedKey> present) {
        var keys = within(present, comparison.range()).stream().map(OwnedKey::value).toList();
        if (keys.isEmpty()) {
            var nothing = KeyValue.deleted(Bytes.EMPTY, Revision.ZERO);
            return !(comparison.operand() instanceof Operand.Value) && holds(comparison, nothing);
        }
        return keys.stream().allMatch(key -> holds(comparison, key));
    }

    private static boolean holds(KeyComparison comparison, KeyValue key) {
        var order =
                switch (comparison.operand()) {
                    case Operand.Version(var it) -> Long.compare(key.version(), it);
                    case Operand.Created(var it) -> Long.compare(key.created().value(), it);
                    case Operand.Modified(var it) -> Long.compare(key.modified().value(), it);
                    case Operand.OfLease(var it) -> Long.compare(key.lease().value(), it);
                    case Operand.Value(var it) -> key.value().compareTo(it);
                };
        return switch (comparison.relation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }

    private static List<OwnedKey> within(NavigableMap<Bytes, OwnedKey> keys, KeyRange range) {
        return keys.values().stream().filter(each -> range.contains(each.key())).toList();
    }
}
