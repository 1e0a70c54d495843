// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The number of a job; unique for the life of the cluster, while a job's name is unique only among
/// jobs that live.
public record JobId(long value) implements Comparable<JobId> {
    @Override
    public int compareTo(JobId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
