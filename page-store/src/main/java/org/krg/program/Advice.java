// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

/// How a part of a segment is going to be read, as `madvise(2)` has it.
public enum Advice {
    /// Fetched ahead of who reads page after page; so it is at first.
    NORMAL(0),
    /// Nothing is fetched ahead.
    RANDOM(1),
    /// Fetched far ahead from the first fault on.
    SEQUENTIAL(2),
    /// Fetched now.
    WILL_NEED(3);

    private final int number;

    Advice(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
