// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// A client's session, a random number that the client picks once; the key of the exactly-once
/// table.
public record SessionId(long value) implements Comparable<SessionId> {
    @Override
    public int compareTo(SessionId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
