// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The number of an incarnation of a process. Every side effect carries it; older epochs are
/// refused.
public record Epoch(long value) implements Comparable<Epoch> {
    /// Before the first assignment.
    public static final Epoch ZERO = new Epoch(0);

    /// {@return the epoch of the next incarnation}
    public Epoch next() {
        return new Epoch(value + 1);
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
