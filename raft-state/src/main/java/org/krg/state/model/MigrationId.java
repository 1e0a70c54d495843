// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The number of a migration, the same kind of number that jobs and processes have.
public record MigrationId(long value) implements Comparable<MigrationId> {
    @Override
    public int compareTo(MigrationId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
