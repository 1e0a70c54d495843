// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The cluster-wide number of a hosted process; it stays for life, across moves and restarts.
public record ProcessId(long value) implements Comparable<ProcessId> {
    @Override
    public int compareTo(ProcessId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
