// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The position in the history of the agreed state: one more for every operation that changed
/// something.
public record Revision(long value) implements Comparable<Revision> {
    /// Before anything was agreed.
    public static final Revision ZERO = new Revision(0);

    /// {@return the revision after this one}
    public Revision next() {
        return new Revision(value + 1);
    }

    @Override
    public int compareTo(Revision other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
