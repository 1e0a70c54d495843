// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Times that are measured for keys on a monotonic clock. A renewal costs a look into a table: the
/// queue learns of it only when the former deadline has come. Owned by one thread.
final class Deadlines<K extends Comparable<K>> {
    private final Map<K, Measured> measured = new HashMap<>();
    private final Set<K> over = new HashSet<>();
    private final SortedSet<Due<K>> queue =
            new TreeSet<>(Comparator.comparing(Due<K>::at).thenComparing(Due<K>::key));

    /// A time that is measured.
    ///
    /// @param time the whole of it
    /// @param deadline when it is over
    /// @param queued where it is in the queue, not later than the deadline
    record Measured(Duration time, Duration deadline, Duration queued) {}

    /// When a key is looked at; its deadline may be later by then.
    private record Due<K>(K key, Duration at) {}

    /// Begins to measure a key that is not known.
    void begin(K key, Duration time, Duration now) {
        if (!measured.containsKey(key) && !over.contains(key)) {
            var deadline = now.plus(time);
            measured.put(key, new Measured(time, deadline, deadline));
            queue.add(new Due<>(key, deadline));
        }
    }

    /// Gives a key that is not over its whole time from `received` on; never shortens it.
    void renew(K key, Duration received) {
        measured.computeIfPresent(
                key,
                (_, before) -> {
                    var deadline = received.plus(before.time());
                    return deadline.compareTo(before.deadline()) > 0
                            ? new Measured(before.time(), deadline, before.queued())
                            : before;
                });
    }

    /// {@return what is measured for a key; empty if it is over or not known}
    Optional<Measured> find(K key) {
        return Optional.ofNullable(measured.get(key));
    }

    /// Forgets a key.
    void end(K key) {
        var times = measured.remove(key);
        if (times != null) {
            queue.remove(new Due<>(key, times.queued()));
        }
        over.remove(key);
    }

    /// Forgets every key but those that `wanted` is true of.
    void keepOnly(Predicate<K> wanted) {
        Stream.concat(measured.keySet().stream(), over.stream())
                .filter(wanted.negate())
                .toList()
                .forEach(this::end);
    }

    /// {@return the keys whose time is over by now, each once, the one that was over first first}
    List<K> takeOver(Duration now) {
        var taken = new ArrayList<K>();
        while (!queue.isEmpty() && queue.first().at().compareTo(now) <= 0) {
            var key = queue.removeFirst().key();
            var times = measured.get(key);
            if (times != null && times.deadline().compareTo(now) > 0) {
                measured.put(key, new Measured(times.time(), times.deadline(), times.deadline()));
                queue.add(new Due<>(key, times.deadline()));
            } else if (times != null) {
                measured.remove(key);
                over.add(key);
                taken.add(key);
            }
        }
        return taken;
    }
}
