// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.KeyResult.Found;
import org.krg.state.command.RangeRead;
import org.krg.state.command.RangeRead.Bounds;
import org.krg.state.command.RangeRead.By;
import org.krg.state.command.RangeRead.Shows;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;

/// Answers reads. As in etcd, the count is of all keys of the range; bounds, order and limit say
/// which of them are shown.
public final class RangeReads {
    private RangeReads() {}

    /// {@return what `read` finds in `keys`; empty when that is more than the budget has left}
    public static Optional<Found> read(Keys keys, RangeRead read, Budget budget) {
        var range = read.range();
        if (range.isEmpty()) {
            return Optional.of(new Found(List.of(), 0, false));
        }
        if (read.shows() == Shows.COUNT) {
            return budget.count(keys, range).map(count -> new Found(List.of(), count, false));
        }
        return range.isOne() ? one(keys, read, budget) : many(keys, read, budget);
    }

    private static Optional<Found> one(Keys keys, RangeRead read, Budget budget) {
        var found = keys.find(read.range().start());
        if (found.isEmpty()) {
            return Optional.of(new Found(List.of(), 0, false));
        }
        var value = found.get().value();
        var shown =
                isWithin(read.bounds(), value) ? List.of(shown(value, read)) : List.<KeyValue>of();
        return budget.take(found.get())
                ? Optional.of(new Found(shown, 1, false))
                : Optional.empty();
    }

    private static Optional<Found> many(Keys keys, RangeRead read, Budget budget) {
        var inOrder = read.order().by() == By.KEY && !read.order().descending();
        var limit = read.limit() > 0 ? read.limit() : Long.MAX_VALUE;
        var collector =
                new Collector(
                        read.bounds(),
                        inOrder && read.bounds().equals(Bounds.NONE) ? limit : Long.MAX_VALUE,
                        budget);
        keys.scan(read.range(), collector);
        if (collector.isTooMuch) {
            return Optional.empty();
        }
        var rest = collector.rest(keys, read.range());
        if (rest.isEmpty()) {
            return Optional.empty();
        }
        var found = collector.found;
        if (!inOrder) {
            found.sort(order(read));
        }
        var shown = found.stream().limit(limit).map(value -> shown(value, read)).toList();
        var more = found.size() > limit || (rest.get() > 0 && !collector.hasSeenAll);
        return Optional.of(new Found(shown, collector.seen + rest.get(), more));
    }

    private static Comparator<KeyValue> order(RangeRead read) {
        Comparator<KeyValue> order =
                switch (read.order().by()) {
                    case KEY -> Comparator.comparing(KeyValue::key);
                    case VERSION -> Comparator.comparingLong(KeyValue::version);
                    case CREATED -> Comparator.comparing(KeyValue::created);
                    case MODIFIED -> Comparator.comparing(KeyValue::modified);
                    case VALUE -> Comparator.comparing(KeyValue::value);
                };
        return read.order().descending() ? order.reversed() : order;
    }

    private static KeyValue shown(KeyValue value, RangeRead read) {
        return read.shows() == Shows.KEYS ? value.withValue(Bytes.EMPTY) : value;
    }

    private static boolean isWithin(Bounds bounds, KeyValue value) {
        return isWithin(bounds.minModified(), value.modified().value(), bounds.maxModified())
                && isWithin(bounds.minCreated(), value.created().value(), bounds.maxCreated());
    }

    private static boolean isWithin(long min, long value, long max) {
        return (min == 0 || min <= value) && (max == 0 || value <= max);
    }

    /// Takes what is within bounds, up to a number of keys.
    private static final class Collector implements Keys.Visitor {
        private final List<KeyValue> found = new ArrayList<>();
        private final Bounds bounds;
        private final long limit;
        private final Budget budget;
        private Bytes last = Bytes.EMPTY;
        private long seen;
        private boolean hasSeenAll = true;
        private boolean isTooMuch;

        Collector(Bounds bounds, long limit, Budget budget) {
            this.bounds = bounds;
            this.limit = limit;
            this.budget = budget;
        }

        @Override
        public boolean visit(OwnedKey key) {
            if (found.size() >= limit) {
                hasSeenAll = false;
                return false;
            }
            if (!budget.take(key)) {
                isTooMuch = true;
                return false;
            }
            seen++;
            last = key.key();
            if (isWithin(bounds, key.value())) {
                found.add(key.value());
            }
            return true;
        }

        @Override
        public boolean passed(long bytes) {
            isTooMuch = !budget.look(bytes);
            return !isTooMuch;
        }

        /// {@return how many keys of the range were not seen; empty when the budget is used up}
        Optional<Long> rest(Keys keys, KeyRange range) {
            return hasSeenAll
                    ? Optional.of(0L)
                    : budget.count(keys, new KeyRange(last.successor(), range.end()));
        }
    }
}
