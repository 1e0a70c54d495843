// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayList;
import java.util.List;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.codec.EventCodec;
import org.krg.state.event.Recorded;
import org.krg.state.model.Revision;

/// The events as rows: the key is the revision, then the ordinal.
final class History {
    /// Events that are let go of with one log entry, about.
    static final int TRIM = 1_024;

    private History() {}

    /// The events that are let go of.
    ///
    /// @param end they are those up to and with this revision
    record Trimmed(long end, long events) {}

    /// {@return the oldest events after revision `after`, whole operations, about `count`}
    static Trimmed oldest(RowStore.View view, long after, long count) {
        var trim = new Trim(after, count);
        view.scan(Family.EVENTS, RowKey.of(after + 1, 0), trim);
        return new Trimmed(trim.end, trim.events);
    }

    private static final class Trim implements RowStore.Visitor {
        private final long count;
        private long end;
        private long events;

        Trim(long after, long count) {
            this.end = after;
            this.count = count;
        }

        @Override
        public boolean visit(byte[] key, byte[] value) {
            var revision = RowKey.number(key, 0);
            if (revision != end && events >= count) {
                return false;
            }
            end = revision;
            events++;
            return true;
        }
    }

    static RowWrite row(Recorded recorded) {
        return RowWrite.put(
                Family.EVENTS,
                RowKey.of(recorded.revision().value(), recorded.ordinal()),
                EventCodec.encode(recorded));
    }

    /// {@return the change that removes the events after `start` up to and with `end`}
    static RowWrite without(long start, long end) {
        return RowWrite.deleteRange(Family.EVENTS, RowKey.of(start + 1, 0), RowKey.of(end + 1, 0));
    }

    static List<Recorded> after(RowStore.View view, Revision revision, int limit) {
        var compacted = StoredState.readCompacted(view);
        if (revision.value() < compacted) {
            throw new Compacted(new Revision(compacted + 1));
        }
        var found = new ArrayList<Recorded>();
        view.scan(
                Family.EVENTS,
                RowKey.of(revision.value() + 1, 0),
                (_, value) -> {
                    var next = EventCodec.decode(value);
                    if (found.size() >= limit && !isSameOperation(found.getLast(), next)) {
                        return false;
                    }
                    found.add(next);
                    return true;
                });
        return withoutPartOf(found, limit);
    }

    /// An operation that does not fit is left for the next call, unless it is the only one.
    private static List<Recorded> withoutPartOf(List<Recorded> found, int limit) {
        if (found.size() <= limit) {
            return found;
        }
        var last = found.getLast().revision();
        var whole = found.stream().filter(each -> !each.revision().equals(last)).toList();
        return whole.isEmpty() ? found : whole;
    }

    private static boolean isSameOperation(Recorded one, Recorded other) {
        return one.revision().equals(other.revision());
    }
}
