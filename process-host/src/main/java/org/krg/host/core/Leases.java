// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.util.List;
import org.krg.state.image.Table;

/// Leases as the leader measures them, on its own monotonic clock. Immutable.
///
/// A leader starts from [#none], so that every holder has its full time again under a new leader.
public record Leases<K extends Comparable<K>>(Table<K, Held> held) {
    /// A lease that was agreed.
    ///
    /// @param stamp distinguishes this grant from earlier ones of the same key
    /// @param time how long its holder may be silent
    public record Grant<K>(K key, long stamp, Duration time) {}

    /// A lease that is being measured.
    public record Held(long stamp, Duration time, Duration deadline) {}

    /// {@return no lease at all}
    public static <K extends Comparable<K>> Leases<K> none() {
        return new Leases<>(Table.<K, Held>empty());
    }

    /// {@return exactly the leases of `grants`} One that is new here has its full time from now.
    public Leases<K> following(List<Grant<K>> grants, Duration now) {
        var next = Table.<K, Held>empty();
        for (var grant : grants) {
            var fresh = new Held(grant.stamp(), grant.time(), now.plus(grant.time()));
            var known = held.find(grant.key()).filter(it -> it.stamp() == grant.stamp());
            next = next.with(grant.key(), known.orElse(fresh));
        }
        return new Leases<>(next);
    }

    /// {@return whether `key` is held by that grant}
    public boolean holds(K key, long stamp) {
        return held.find(key).filter(it -> it.stamp() == stamp).isPresent();
    }

    /// {@return whether the holder of `key` was heard of after `moment`}
    public boolean isHeardAfter(K key, Duration moment) {
        return held.find(key)
                .filter(lease -> lease.deadline().minus(lease.time()).compareTo(moment) > 0)
                .isPresent();
    }

    /// {@return these leases, `key` renewed by a request that arrived at `received`} A renewal
    /// never shortens a lease, and one of an earlier grant changes nothing.
    public Leases<K> renewed(K key, long stamp, Duration received) {
        if (!holds(key, stamp)) {
            return this;
        }
        var lease = held.require(key);
        var deadline = received.plus(lease.time());
        return deadline.compareTo(lease.deadline()) <= 0
                ? this
                : new Leases<>(held.with(key, new Held(stamp, lease.time(), deadline)));
    }

    /// {@return whether the time of `key` is over, or it has none}
    public boolean isOver(K key, Duration now) {
        return held.find(key).filter(it -> it.deadline().compareTo(now) > 0).isEmpty();
    }

    /// {@return when the time of `key`, which has one, is over}
    public Duration end(K key) {
        return held.require(key).deadline();
    }

    /// {@return the keys whose time is over, in their order}
    public List<K> expired(Duration now) {
        return held.stream()
                .filter(entry -> entry.value().deadline().compareTo(now) <= 0)
                .map(Table.Entry::key)
                .toList();
    }
}
