// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;

/// One version of a users' policy, as `NAME@VERSION`. Versions of a name grow by one from 1 on.
public record PolicyId(String name, long version) implements Comparable<PolicyId> {
    private static final Comparator<PolicyId> ORDER =
            Comparator.comparing(PolicyId::name).thenComparingLong(PolicyId::version);

    /// {@return what [#toString] has written}
    ///
    /// @throws IllegalArgumentException if it is nothing of the kind
    public static PolicyId parse(String text) {
        var at = text.lastIndexOf('@');
        if (at < 1) {
            throw new IllegalArgumentException("NAME@VERSION, not \"" + text + "\"");
        }
        return new PolicyId(text.substring(0, at), Long.parseLong(text.substring(at + 1)));
    }

    @Override
    public int compareTo(PolicyId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }
}
