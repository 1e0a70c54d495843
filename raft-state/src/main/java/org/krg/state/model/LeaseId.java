// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The number of a lease.
public record LeaseId(long value) implements Comparable<LeaseId> {
    @Override
    public int compareTo(LeaseId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
