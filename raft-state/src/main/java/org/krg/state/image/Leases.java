// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;

/// The leases that last, and how many of them each holder has. Immutable.
///
/// @param held by holder, of those who hold any; follows from `all`
public record Leases(Table<LeaseId, Lease> all, Table<String, Integer> held) {
    /// Before the first lease.
    public static final Leases EMPTY = new Leases(Table.empty(), Table.empty());

    /// {@return the lease, while it lasts}
    public Optional<Lease> find(LeaseId id) {
        return all.find(id);
    }

    /// {@return how many there are}
    public int size() {
        return all.size();
    }

    /// {@return all of them, by number}
    public List<Lease> values() {
        return all.values();
    }

    /// {@return how many `holder` has}
    public int heldBy(String holder) {
        return held.find(holder).orElse(0);
    }

    /// {@return these with a lease more, or in place of the one with its number}
    public Leases with(Lease lease) {
        var others = without(lease.id());
        return new Leases(
                others.all.with(lease.id(), lease),
                others.held.with(lease.holder(), others.heldBy(lease.holder()) + 1));
    }

    /// {@return these without that lease}
    public Leases without(LeaseId id) {
        return all.find(id).map(this::without).orElse(this);
    }

    private Leases without(Lease lease) {
        var left = heldBy(lease.holder()) - 1;
        return new Leases(
                all.without(lease.id()),
                left == 0 ? held.without(lease.holder()) : held.with(lease.holder(), left));
    }
}
