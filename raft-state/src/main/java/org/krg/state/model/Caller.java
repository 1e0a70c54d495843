// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;

/// A thread of a process that synchronises. It is over at the latest with the run of its node's
/// agent.
///
/// @param process as the agent numbers them, from 1, none twice
/// @param thread as the agent numbers them, from 1, none twice; 0 is the process as a whole
public record Caller(Member member, long process, long thread) implements Comparable<Caller> {
    private static final Comparator<Caller> ORDER =
            Comparator.comparing(Caller::member)
                    .thenComparingLong(Caller::process)
                    .thenComparingLong(Caller::thread);

    public Caller {
        if (process < 0 || thread < 0) {
            throw new IllegalArgumentException("numbers from 0: " + process + ", " + thread);
        }
    }

    /// {@return the process of this thread as a whole: what is undone when it ends is its own}
    public Caller whole() {
        return new Caller(member, process, 0);
    }

    /// {@return whether this is a process, not one of its threads}
    public boolean isWhole() {
        return thread == 0;
    }

    @Override
    public int compareTo(Caller other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return member + "/" + process + "." + thread;
    }
}
