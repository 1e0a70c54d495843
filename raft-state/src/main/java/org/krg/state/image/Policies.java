// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;

/// The policies that users wrote, and which of them decides.
///
/// @param active the one that decides; empty: the one that krg brings along
/// @param previous the one that decided before it, with the same meaning
public record Policies(
        Table<PolicyId, PolicyVersion> versions,
        Optional<PolicyId> active,
        Optional<PolicyId> previous) {
    /// Only the policy that krg brings along.
    public static final Policies NONE =
            new Policies(Table.empty(), Optional.empty(), Optional.empty());

    /// {@return the one that decides, if a user wrote it}
    public Optional<PolicyVersion> decides() {
        return active.map(versions::require);
    }

    /// {@return all versions of a policy, oldest first}
    public List<PolicyVersion> of(String name) {
        return versions.from(new PolicyId(name, 0))
                .map(Table.Entry::value)
                .takeWhile(version -> version.id().name().equals(name))
                .toList();
    }

    /// {@return the newest version of a policy}
    public Optional<PolicyVersion> newest(String name) {
        var all = of(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /// {@return how many policies there are, each with all its versions counted once}
    public long names() {
        return versions.values().stream().map(it -> it.id().name()).distinct().count();
    }

    /// {@return whether a version decides, or is what a way back would lead to}
    public boolean isInUse(PolicyId id) {
        return active.equals(Optional.of(id)) || previous.equals(Optional.of(id));
    }

    /// {@return these with one more version}
    public Policies with(PolicyVersion version) {
        return new Policies(versions.with(version.id(), version), active, previous);
    }

    /// {@return these without a version}
    public Policies without(PolicyId id) {
        return new Policies(versions.without(id), active, previous);
    }

    /// {@return these with another one that decides}
    public Policies deciding(Optional<PolicyId> now, Optional<PolicyId> before) {
        return new Policies(versions, now, before);
    }
}
